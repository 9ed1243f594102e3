"""The peer of the bench `mof`: compiles a MOF file with pywbem's compiler.

For each line on standard input it compiles the file that its argument names, into an empty repository in memory, and
prints how many classes and qualifier types that has then, and the nanoseconds of CPU time that it took. The compiler
is made, and the garbage of the last round collected, before the clock starts.
"""

import gc
import sys
import time

from pywbem import MOFCompiler, MOFWBEMConnection

NAMESPACE = "root/cimv2"

while True:
    repository = MOFWBEMConnection()
    compiler = MOFCompiler(repository, log_func=None)
    gc.collect()
    if not sys.stdin.readline():
        break
    start_ns = time.process_time_ns()
    compiler.compile_file(sys.argv[1], NAMESPACE)
    taken_ns = time.process_time_ns() - start_ns
    print(len(repository.classes[NAMESPACE]), len(repository.qualifiers[NAMESPACE]), taken_ns, flush=True)
