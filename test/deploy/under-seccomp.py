"""Runs a command under the seccomp profile of a container: under-seccomp.py profile.json command..."""
import ctypes
import json
import os
import sys

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
EPERM = 1

lib = ctypes.CDLL("libseccomp.so.2")
lib.seccomp_init.restype = ctypes.c_void_p
profile = json.load(open(sys.argv[1]))
assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
context = ctypes.c_void_p(lib.seccomp_init(ALLOW))
for rule in profile["syscalls"]:
    assert rule["action"] == "SCMP_ACT_ERRNO"
    for name in rule["names"]:
        number = lib.seccomp_syscall_resolve_name(name.encode())
        # A call that this processor does not have has a negative number.
        if number >= 0:
            assert lib.seccomp_rule_add(context, ERRNO | EPERM, number, 0) == 0, name
assert lib.seccomp_load(context) == 0
os.execvp(sys.argv[2], sys.argv[2:])
