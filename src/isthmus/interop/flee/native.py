"""Machine code of the kernel: compiled by Numba once, kept in the user's cache, loaded without Numba afterwards.

Importing Numba and its own cache takes about two seconds of CPU, more than a whole run of Flee's largest test instance.
So what is kept is the object file, under a name made of the kernel's source, the compiler's version and the processor.
A cache that cannot be written or read costs the compilation each time, nothing else.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
import tempfile
from array import array
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import llvmlite
import llvmlite.binding as llvm

from isthmus.interop.flee.world import STATE_KINDS, WORLD_KINDS, State, World

CODES = {"double": "d", "int32": "i", "uint8": "B", "uint64": "Q"}
"""Type code of `array.array` for each element type of the kernel."""

_SOURCES = ("draws.py", "people.py", "kernel.py", "world.py")


@dataclass(frozen=True)
class Kernel:
    """The kernel, loaded."""

    address: int
    engine: llvm.ExecutionEngine
    """Owns the code."""

    def __call__(self, world: World, state: State, *, links: int, sinks: bool) -> int:
        """Run all days.

        Returns:
            The number of people; -1 when they have no room or nowhere to come from.
        """
        values = [_value(kind, getattr(world, name)) for name, kind in ((n, WORLD_KINDS[n]) for n in World._fields)]
        values += [_value(STATE_KINDS[name], getattr(state, name)) for name in State._fields]
        number, trouble = ctypes.c_int64(0), ctypes.c_void_p(None)
        types = [type(value) for value in values]
        prototype = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, *types, ctypes.c_int64, ctypes.c_int64)
        function: Callable[..., int] = prototype(self.address)
        function(ctypes.addressof(number), ctypes.addressof(trouble), *values, links, int(sinks))
        return number.value


def load() -> Kernel:
    """Load the kernel from the cache, or compile it and keep it there."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    path = cache_file()
    kept = _read(path)
    if kept is None:
        kept = _compile()
        _keep(path, kept)
    name, _, code = kept.partition(b"\n")
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _machine())
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return Kernel(engine.get_function_address(name.decode()), engine)


def cache_file() -> Path:
    """Return where the machine code is kept for this source, compiler and processor."""
    sources = b"".join(Path(__file__).with_name(name).read_bytes() for name in _SOURCES)
    what = f"{llvmlite.__version__} {sys.version_info[:2]} {llvm.get_host_cpu_name()} {_features()}"
    key = hashlib.sha256(sources + what.encode()).hexdigest()[:24]
    return _cache() / f"flee-{key}.o"


def _cache() -> Path:
    if folder := os.environ.get("ISTHMUS_CACHE"):
        return Path(folder)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home()))) / "isthmus" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isthmus"


def _features() -> str:
    features = llvm.get_host_cpu_features()
    return ",".join(f"{'+' if on else '-'}{name}" for name, on in sorted(features.items()))


def _machine() -> llvm.TargetMachine:
    target = llvm.Target.from_default_triple()
    return target.create_target_machine(cpu=llvm.get_host_cpu_name(), features=_features(), opt=3, jit=True)


def _compile() -> bytes:
    from isthmus.interop.flee.kernel import compile_kernel  # noqa: PLC0415  Numba is heavy, and rarely needed

    name, assembly = compile_kernel()
    # As internal functions the parts of the kernel may be merged into it and lose the arguments they do not use.
    module = llvm.parse_assembly(assembly.replace("define linkonce_odr", "define internal"))
    module.verify()
    machine = _machine()
    options = llvm.create_pipeline_tuning_options(speed_level=3)
    builder = llvm.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    code: bytes = machine.emit_object(module)
    return name.encode() + b"\n" + code


def _read(path: Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, kept = content[:32], content[32:]
    return kept if hashlib.sha256(kept).digest() == digest else None


def _keep(path: Path, kept: bytes) -> None:
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".flee-")
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(kept).digest() + kept)
        Path(name).replace(path)


def _value(kind: str, value: float | array[int] | array[float]) -> ctypes.c_int64 | ctypes.c_double | ctypes.c_void_p:
    if isinstance(value, array):
        if value.typecode != CODES[kind]:
            message = f"an array of '{value.typecode}' where the kernel expects {kind}"
            raise TypeError(message)
        return ctypes.c_void_p(value.buffer_info()[0])
    return ctypes.c_int64(int(value)) if kind == "int" else ctypes.c_double(value)
