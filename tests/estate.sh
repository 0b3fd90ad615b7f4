# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # who sources it uses the ids
#
# The estate that tests/e2e/estate_files.py is of, for a site file.
id1=11111111-1111-4111-8111-111111111111
id2=22222222-2222-4222-8222-222222222222
id3=33333333-3333-4333-8333-333333333333
sub=bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb
tenant=aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa
version=0123456789abcdef0123456789abcdef

# estate DAYS DOMAIN: a backup is no older than so many days, and of this
# domain file
estate()
{
	cat <<END
estate:
  tenant: $tenant
  subscription: $sub
  resource-group: rg
  location: westeurope
  sku: Standard_B1
  retention-days: 90
  initial-admins: [$id1]
  regions: []
  ip-rules: []
  network-rules: []
  private-endpoints: [/pe/1]
  custom-roles:
    - {name: Sign'er, data-actions: [Microsoft.KeyVault/managedHsm/keys/sign/action]}
  roles:
    - {principal: $id1, type: User, role: Managed HSM Administrator, scope: /}
    - {principal: $id2, type: User, role: Managed HSM Administrator, scope: /}
    - {principal: $id3, type: ServicePrincipal, role: Sign'er, scope: /keys/kek}
  keys:
    - {name: kek, version: $version, type: RSA-HSM, bits: 3072, ops: [import]}
  backup: {accounts: [safe/c], days: $1, domain: $(sha256sum <"$2" | cut -c1-64)}
  window: {from: "2026-01-01T00:00:00Z", to: "2099-01-01T00:00:00Z"}
END
}
