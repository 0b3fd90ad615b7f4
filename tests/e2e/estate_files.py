# SPDX-License-Identifier: Apache-2.0
"""What az prints of a synthetic pool, a file for each command.

usage: estate_files.py DIR POOL ADMIN ADMIN SERVICE SUBSCRIPTION TENANT VERSION
"""
import base64
import json
import os
import sys

out, pool, id1, id2, id3, sub, tenant, version = sys.argv[1:]
os.mkdir(out)


def put(name, v):
    with open(os.path.join(out, name), "w") as f:
        json.dump(v, f, indent=2)


def role(who, guid, name, kind, scope):
    return {"id": "/x", "name": "x", "principalId": who, "principalName": "n",
            "principalType": kind, "roleDefinitionId": "a/" + guid,
            "roleName": name, "scope": scope, "type": "t"}


admin = "a290e904-7015-4bba-90c8-60543313cdb4"
own = "99999999-9999-4999-8999-999999999999"
put("role-assignment", [
    role(id1, admin, "Managed HSM Administrator", "User", "/"),
    role(id2, admin, "Managed HSM Administrator", "User", "/"),
    role(id3, own, "Sign'er", "ServicePrincipal", "/keys/kek")])
put("role-definition", [{"id": "a/" + own, "name": own, "roleName": "Sign'er",
    "roleType": "CustomRole", "permissions": [{"actions": [],
    "notActions": [], "notDataActions": [], "dataActions":
    ["Microsoft.KeyVault/managedHsm/keys/sign/action"]}]}])
put("show", {"id": "/x", "name": pool,
    "type": "Microsoft.KeyVault/managedHSMs", "location": "westeurope",
    "sku": {"family": "B", "name": "Standard_B1"}, "tags": {},
    "properties": {"tenantId": tenant,
    "hsmUri": "https://%s.managedhsm.azure.net/" % pool,
    "initialAdminObjectIds": [id1], "enableSoftDelete": True,
    "softDeleteRetentionInDays": 90, "enablePurgeProtection": True,
    "provisioningState": "Succeeded", "statusMessage": "ready",
    "networkAcls": {"bypass": "None", "defaultAction": "Deny", "ipRules": [],
    "virtualNetworkRules": []}, "publicNetworkAccess": "Disabled",
    "privateEndpointConnections": [{"privateEndpoint": {"id": "/pe/1"},
    "privateLinkServiceConnectionState": {"status": "Approved"}}],
    "regions": [], "securityDomainProperties": {"activationStatus":
    "Active"}}})
kid = "https://%s.managedhsm.azure.net/keys/kek" % pool
put("key-show", {"attributes": {"enabled": True, "expires": None,
    "exportable": False, "notBefore": None, "recoveryLevel":
    "Recoverable+ProtectedSubscription"}, "key": {"kid": kid + "/" + version,
    "kty": "RSA-HSM", "keyOps": ["import"], "e": "AQAB", "n":
    base64.b64encode(b"\xc1" * 384).decode(), "d": None}, "managed": None,
    "releasePolicy": None, "tags": None})
put("key-rotation-policy", {"id": kid + "/rotationpolicy",
    "lifetimeActions": [], "expiresIn": "P1Y", "createdOn": None,
    "updatedOn": None})
put("setting-list", [{"name": "AllowKeyManagementOperationsThroughARM",
    "settingType": "boolean", "value": "false"}])
put("backup-start", {"folderUrl":
    "https://safe.blob.core.windows.net/c/mhsm-%s-2026112210203055" % pool})
put("version", {"azure-cli": "2.67.0"})
put("account", {"id": sub, "tenantId": tenant})
