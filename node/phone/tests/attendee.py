"""What the tests hold: attendees with a phone each, and the program `sighej`."""

import asyncio
import json
import os
import socket
import time

import sighej

EPOCH_MS = 600_000
# Dwell, the higher token's wait and the exchange take some five seconds.
NUDGED_WITHIN = 30


def settings(left_ms):
    """As recommended, but two are a crowd, and so much is left of an epoch, whenever the test runs."""
    chosen = sighej.default_settings()
    chosen.crowd_guard = 1
    chosen.clock_correction_ms = EPOCH_MS - left_ms - time.time_ns() // 1_000_000 % EPOCH_MS
    return chosen


class Loop:
    """The loop for the library's threads. They cancel calls by `call_soon`, which only the loop's own thread may use."""

    def __init__(self, loop):
        self.loop = loop
        self.call_soon = loop.call_soon_threadsafe

    def __getattr__(self, name):
        return getattr(self.loop, name)


class Listener(sighej.Listener):
    """Puts what happened into a queue of the loop."""

    def __init__(self):
        self.loop = asyncio.get_running_loop()
        self.waiting = asyncio.Queue()
        self.seen = []

    def on_event(self, event, text):
        self.loop.call_soon_threadsafe(self._take, event)

    def _take(self, event):
        self.seen.append(event)
        self.waiting.put_nowait(event)

    def has_seen(self, kind):
        return any(isinstance(event, kind) for event in self.seen)

    async def until(self, kind, seconds):
        async def wait():
            while not isinstance(event := await self.waiting.get(), kind):
                pass
            return event

        return await asyncio.wait_for(wait(), seconds)


class Attendee:
    """A phone, its radio, and what its listener heard."""

    def __init__(self, interests, radio, listener, chosen):
        self.radio, self.heard = radio, listener
        profile = sighej.Profile.choose(list(interests), [])
        self.phone = sighej.Phone(profile, chosen, radio, None, listener)

    async def nudge(self, seconds=NUDGED_WITHIN):
        return (await self.heard.until(sighej.PhoneEvent.NUDGED, seconds)).nudge


class Program:
    """The program `sighej` on this machine, its events as they come."""

    def __init__(self, process):
        self.process = process

    @classmethod
    async def start(cls, *arguments):
        pipe = asyncio.subprocess.PIPE
        program = os.environ["SIGHEJ_PROGRAM"]
        process = await asyncio.create_subprocess_exec(program, "run", "--json", *arguments, stdin=pipe, stdout=pipe)
        return cls(process)

    async def until(self, kind, seconds):
        async def wait():
            while line := await self.process.stdout.readline():
                event = json.loads(line)
                if event["event"] == kind:
                    return event
            raise AssertionError(f"the program ended before its event {kind}")

        return await asyncio.wait_for(wait(), seconds)

    async def quit(self):
        # Whatever it still says must not hold it up.
        output, _ = await asyncio.wait_for(self.process.communicate(b'{"cmd":"quit"}\n'), NUDGED_WITHIN)
        return output


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
