# SPDX-License-Identifier: BSD-3-Clause
"""Builds the Linux guest: Debian's cloud kernel and an initramfs of busybox, iproute2 and modules.

The guest is the peer for what a test machine's own kernel may lack: gretap, ESP, MPLS, VLAN
devices. The image is made once for each kernel version and recipe, and kept in a cache.
"""

import fcntl
import glob
import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from .errors import Failure

CACHE = os.environ.get("BGW_TEST_CACHE", "/var/cache/bgw-tests")
_META_PACKAGE = "linux-image-cloud-amd64"
# ESP needs the random number generators and counter modes besides esp4.
MODULES = """
virtio_pci virtio_net sha3_generic jitterentropy_rng sha512_generic hmac ctr aesni_intel drbg
ghash_generic gcm cbc seqiv echainiv authenc 8021q ip_gre ip6_gre vxlan geneve fou mpls_router
mpls_gso mpls_iptunnel esp4 esp6 xfrm_user bridge veth dummy pktgen
""".split()
_PROGRAMS = ("/sbin/ip", "/sbin/tc", "/sbin/bridge")

# The agent answers on the second serial port, which the kernel's console never writes to. Each
# request is one line, "NUMBER BASE64-OF-A-SCRIPT"; the answer is framed by the same number.
INIT = r"""#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /tmp /run /usr/bin /usr/sbin
/bin/busybox --install -s /bin
export PATH=/sbin:/bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read -r module; do
	insmod "/modules/$module" || echo "no module $module"
done < /modules/order
ip link set lo up
echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
echo 0 > /proc/sys/kernel/printk
stty -F /dev/ttyS1 raw -echo 115200
# busybox prefers its own applets to programs of the same name.
echo 'ip() { /sbin/ip "$@"; }; tc() { /sbin/tc "$@"; }' > /prelude
exec 3<>/dev/ttyS1
echo READY >&3
while read -r number script <&3; do
	{ cat /prelude; echo "$script" | base64 -d; } > /tmp/script
	sh /tmp/script > /tmp/output 2>&1 < /dev/null
	status=$?
	echo "BEGIN $number $status" >&3
	base64 /tmp/output >&3
	echo "END $number" >&3
done
"""


def _run(*argv, cwd=None, stdin=None):
    done = subprocess.run(argv, cwd=cwd, input=stdin, capture_output=True, timeout=300, check=False)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise Failure(f"building the guest: `{' '.join(argv)}` answered {done.returncode}: {said}")
    return done.stdout


def _kernel_package():
    depends = _run("apt-cache", "depends", _META_PACKAGE).decode()
    found = re.search(r"Depends: (linux-image-\S+-cloud-amd64)", depends)
    if not found:
        raise Failure(f"apt knows no kernel behind {_META_PACKAGE}: run apt-get update")
    return found.group(1)


def _module_order(tree, wanted):
    """Paths of the wanted modules and all they depend on, each after what it needs."""
    version = os.path.basename(glob.glob(f"{tree}/lib/modules/*")[0])
    base = f"{tree}/lib/modules/{version}"
    _run("busybox", "depmod", "-b", tree, version)
    needs = {}
    with open(f"{base}/modules.dep", encoding="ascii") as dep:
        for line in dep:
            path, _, rest = line.partition(":")
            needs[path] = rest.split()
    by_name = {os.path.basename(path).split(".ko")[0].replace("-", "_"): path for path in needs}
    order = []

    def add(path):
        for other in reversed(needs[path]):
            if other not in order:
                add(other)
        if path not in order:
            order.append(path)

    for name in wanted:
        if name in by_name:  # the others are built in
            add(by_name[name])
    return [f"{base}/{path}" for path in order]


def _libraries(program):
    listing = _run("ldd", program).decode()
    return re.findall(r"(?:=> )?(/\S+) \(0x", listing)


def _fill(root, tree):
    for directory in ("bin", "sbin", "modules", "lib64"):
        os.makedirs(f"{root}/{directory}")
    shutil.copy(shutil.which("busybox"), f"{root}/bin/busybox")
    for program in _PROGRAMS:
        for path in [program, *_libraries(program)]:
            os.makedirs(os.path.dirname(root + path), exist_ok=True)
            shutil.copy(os.path.realpath(path), root + path)
    names = []
    for path in _module_order(tree, MODULES):
        names.append(os.path.basename(path))
        shutil.copy(path, f"{root}/modules/{names[-1]}")
    with open(f"{root}/modules/order", "w", encoding="ascii") as order:
        order.write("".join(f"{name}\n" for name in names))
    with open(f"{root}/init", "w", encoding="ascii") as init:
        init.write(INIT)
    os.chmod(f"{root}/init", 0o755)


def _archive(root):
    names = []
    for directory, subdirectories, files in os.walk(root):
        names += [os.path.relpath(os.path.join(directory, n), root) for n in subdirectories + files]
    listing = "".join(f"{name}\n" for name in sorted(names)).encode()
    return _run("busybox", "cpio", "-o", "-H", "newc", cwd=root, stdin=listing)


def build():
    """Return (kernel, initramfs) paths, made now if the cache has none for this recipe."""
    package = _kernel_package()
    with open(__file__, "rb") as recipe:
        version = hashlib.sha256(recipe.read()).hexdigest()[:12]
    directory = f"{CACHE}/guest/{package}-{version}"
    kernel, initramfs = f"{directory}/vmlinuz", f"{directory}/initramfs"
    os.makedirs(f"{CACHE}/guest", exist_ok=True)
    with open(f"{CACHE}/guest/lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.exists(directory):
            return kernel, initramfs
        with tempfile.TemporaryDirectory(dir=f"{CACHE}/guest") as work:
            os.chmod(work, 0o755)
            _run("apt-get", "-o", "APT::Sandbox::User=root", "download", package, cwd=work)
            tree, root, made = f"{work}/tree", f"{work}/root", f"{work}/made"
            os.makedirs(made)
            os.makedirs(root)
            _run("dpkg-deb", "-x", glob.glob(f"{work}/*.deb")[0], tree)
            _fill(root, tree)
            with open(f"{made}/initramfs", "wb") as image:
                image.write(_archive(root))
            shutil.copy(glob.glob(f"{tree}/boot/vmlinuz-*")[0], f"{made}/vmlinuz")
            os.rename(made, directory)
    return kernel, initramfs
