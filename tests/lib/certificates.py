# SPDX-License-Identifier: BSD-3-Clause
"""Certificates made on the spot by openssl."""

import os
import ssl
import subprocess


class Authority:
    """A CA in a directory of its own."""

    def __init__(self, directory, name):
        self._directory = os.path.join(directory, name)
        os.mkdir(self._directory)
        self.cert, self.key = self._paths("ca")
        self._openssl("req", "-x509", *self._new_key(self.key), "-subj", f"/CN={name}", "-days", "2",
                      "-out", self.cert)

    def _paths(self, name):
        return tuple(os.path.join(self._directory, f"{name}.{end}") for end in ("pem", "key"))

    @staticmethod
    def _new_key(path):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path)

    @staticmethod
    def _openssl(*arguments):
        ended = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
        if ended.returncode != 0:
            raise RuntimeError(f"openssl {arguments}: {ended.stderr}")

    def issue(self, name, usage, days=2, names="IP:127.0.0.1,DNS:localhost"):
        """(certificate, key) of files, for usage serverAuth or clientAuth, or both."""
        cert, key = self._paths(name)
        request, extensions = cert + ".csr", cert + ".ext"
        with open(extensions, "w", encoding="utf-8") as file:
            file.write(f"extendedKeyUsage={usage}\nsubjectAltName={names}\n")
        self._openssl("req", "-new", *self._new_key(key), "-subj", f"/O=bgw tests/CN={name}", "-out",
                      request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.cert, "-CAkey", self.key,
                      "-CAcreateserial", "-days", str(days), "-extfile", extensions, "-out", cert)
        return cert, key

    def context(self, pair=None):
        """What a client needs that trusts this CA and shows that certificate."""
        context = ssl.create_default_context(cafile=self.cert)
        if pair is not None:
            context.load_cert_chain(*pair)
        return context
