"""A Modbus slave by pymodbus (Debian: python3-pymodbus), the foreign peer of the Modbus suite and bench.

Argument: JSON { serial | port, baud, registers, seed, faults }. `registers` is { unit: { input: {address: word},
holding: {...} } }; every other register of units 1 to 9 holds crc32("unit:address"), and registers 0 and 1 hold
CLOCK_MONOTONIC in ms when they were read, so that a stale answer shows. `faults` is { kind: share of answers }.
"""
import asyncio
import json
import random
import signal
import sys
import time
import zlib

from pymodbus.datastore import ModbusServerContext
from pymodbus.exceptions import NoSuchSlaveException
from pymodbus.framer.rtu_framer import ModbusRtuFramer
from pymodbus.framer.socket_framer import ModbusSocketFramer
from pymodbus.server import StartAsyncSerialServer, StartAsyncTcpServer

options = json.loads(sys.argv[1])
chance = random.Random(options["seed"])
counts = {"answered": 0}


class Unit:
    """The registers of one slave. Addresses from 60000 on do not exist."""

    def __init__(self, unit, held):
        self.unit = unit
        self.held = {table: {int(a): w for a, w in words.items()} for table, words in held.items()}

    def validate(self, _function, address, count=1):
        return address + count <= 60000

    def getValues(self, function, address, count=1):
        now = int(time.monotonic() * 1000) & 0xFFFFFFFF
        held = self.held.get("input" if function == 4 else "holding", {})
        words = []
        for at in range(address, address + count):
            clock = (now >> 16) if at == 0 else (now & 0xFFFF)
            other = clock if at < 2 else zlib.crc32(b"%d:%d" % (self.unit, at)) & 0xFFFF
            words.append(held.get(at, other))
        return words

    def setValues(self, _function, address, values):
        for i, word in enumerate(values):
            self.held.setdefault("holding", {})[address + i] = word


class Units(ModbusServerContext):
    def __init__(self):
        held = options["registers"]
        names = set(range(1, 10)) | {int(unit) for unit in held}
        super().__init__(slaves={n: Unit(n, held.get(str(n), {})) for n in names}, single=False)


def pick():
    at = chance.random()
    for kind, share in options["faults"].items():
        at -= share
        if at < 0:
            return kind
    return "answered"


def garble(kind, packet):
    if kind == "silent":
        return b""
    if kind == "short":
        return packet[: len(packet) // 2]
    if kind == "crc":
        at = chance.randrange(2, len(packet))
        return packet[:at] + bytes([packet[at] ^ (1 << chance.randrange(8))]) + packet[at + 1 :]
    if kind == "swapped":
        at = 3
        return packet[:at] + packet[at : at + 2][::-1] + packet[at + 2 :]
    return bytes(chance.randrange(256) for _ in range(chance.randrange(1, 40)))


def with_faults(base):
    class Faulty(base):
        def buildPacket(self, message):
            kind = pick()
            counts[kind] = counts.get(kind, 0) + 1
            # The whole process sleeps: a slave answers in order, and so does the line behind it.
            if kind == "slow":
                time.sleep(chance.uniform(0.02, 0.12))
            if kind == "late":
                time.sleep(chance.uniform(0.25, 1.0))
            if kind == "unit":
                message.unit_id += 1
            packet = super().buildPacket(message)
            return packet if kind in ("answered", "slow", "late", "unit") else garble(kind, packet)

    return Faulty


async def main():
    loop = asyncio.get_running_loop()

    def leave():
        print(json.dumps(counts), flush=True)
        sys.stdout.close()
        loop.stop()

    loop.add_signal_handler(signal.SIGTERM, leave)
    common = {"context": Units(), "ignore_missing_slaves": True, "defer_start": True}
    if "serial" in options:
        server = await StartAsyncSerialServer(
            **common,
            framer=with_faults(ModbusRtuFramer),
            port=options["serial"],
            baudrate=options["baud"],
            bytesize=8,
            parity="N",
            stopbits=1,
            timeout=1,
        )
        await server.start()
    else:
        server = await StartAsyncTcpServer(
            **common,
            framer=with_faults(ModbusSocketFramer),
            address=("127.0.0.1", options["port"]),
            allow_reuse_address=True,
        )
    print("ready", flush=True)
    await server.serve_forever()


try:
    asyncio.run(main())
except (RuntimeError, NoSuchSlaveException):
    pass
