# SPDX-License-Identifier: Apache-2.0
"""The download request that az itself would send: az_request.py COMMAND.txt

Reads the `az keyvault security-domain download` line of a file, gives its
words to az's own function, and prints the body instead of sending it.  Exit
77 when this az is arranged in another way.
"""
import importlib
import json
import os
import shlex
import sys
import types

try:
    from azure.cli.command_modules.keyvault import custom, vendored_sdks
    # The models alone: Debian's package lacks what the client beside them
    # imports.
    name = vendored_sdks.__name__ + ".azure_keyvault_t1"
    for part in ("", ".v7_2"):
        shell = types.ModuleType(name + part)
        shell.__path__ = [os.path.join(list(vendored_sdks.__path__)[0],
                                       "azure_keyvault_t1",
                                       part.lstrip("."))]
        sys.modules[name + part] = shell
    models = importlib.import_module(name + ".v7_2.models")
except ImportError as e:
    print(e, file=sys.stderr)
    sys.exit(77)


class Command:
    @staticmethod
    def get_models(name, resource_type=None):
        return getattr(models, name)


class Sent(Exception):
    """Carries the body away from where it would be sent."""


class Client:
    @staticmethod
    def download(vault_base_url, certificates):
        raise Sent(certificates.serialize())


def main():
    words = shlex.split(open(sys.argv[1]).read())
    head = "az keyvault security-domain download --hsm-name".split()
    assert words[:5] == head, words
    assert words[6] == "--sd-wrapping-keys", words
    end = words.index("--sd-quorum")
    assert words[end + 2] == "--security-domain-file", words
    try:
        custom.security_domain_download(
            Command, Client, words[5], words[7:end], words[end + 3],
            int(words[end + 1]), no_wait=True)
    except Sent as e:
        print(json.dumps(e.args[0], sort_keys=True))


main()
