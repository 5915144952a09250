"""Phones of two attendees, in one Python program: what an app does, against the library as it is shipped.

The bindings and the library are in the folder that PYTHONPATH names; `cargo test --test phone` puts them there.
"""

import asyncio
import contextlib
import datetime
import faulthandler
import os
import sys
import time
import unittest

import sighej
from air import Air, Radio
from attendee import EPOCH_MS, NUDGED_WITHIN, Attendee, Listener, Loop, Program, free_port, settings

# A silence of at most 30 s follows a boundary.
ANEW_WITHIN = 50
# Longer than any exchange takes.
NOTHING_FOR = 10
# Dwell, the higher token's wait, and the longest dial.
GIVEN_UP_WITHIN = 40
# The last 15 s of an epoch, its silence, and an exchange.
WITH_A_BOUNDARY = 90
# What hangs beyond this is ended, and says where it hung.
HUNG_AFTER = 180


class Phones(unittest.IsolatedAsyncioTestCase):
    """Each test has an air of its own."""

    async def asyncSetUp(self):
        # The library's threads have no loop of their own to run the radio's calls on.
        sighej.uniffi_set_event_loop(Loop(asyncio.get_running_loop()))
        self.air, self.attendees = Air(), []

    async def asyncTearDown(self):
        for attendee in self.attendees:
            await attendee.phone.stop()
        self.assertEqual(self.air.radios, {}, "who has stopped is off the air")

    def enter(self, *interests, radio=Radio, listener=Listener, left_ms=EPOCH_MS // 2):
        attendee = Attendee(interests, radio(self.air), listener(), settings(left_ms))
        self.attendees.append(attendee)
        return attendee

    async def open(self, *interests, **differently):
        attendee = self.enter(*interests, **differently)
        await attendee.phone.open()
        return attendee

    async def test_two_who_share_interests_are_nudged_and_see_the_same(self):
        one = await self.open("devops", "hardstyle", "chess")
        two = await self.open("dev ops", "hardstyle")
        ours, theirs = await asyncio.gather(one.nudge(), two.nudge())
        self.assertEqual(sorted(ours.interests()), ["devops", "hardstyle"])
        self.assertEqual(sorted(ours.interests()), sorted(theirs.interests()))
        self.assertEqual(ours.cue(sighej.Language.ENGLISH), theirs.cue(sighej.Language.ENGLISH))
        now = time.time_ns() // 1_000_000
        for moment in range(now, now + 3_000, 50):
            self.assertEqual(ours.is_lit(moment), theirs.is_lit(moment))
        self.assertNotIn("hardstyle", repr(ours) + str(ours) + repr(ours.cue(sighej.Language.ENGLISH)))

    async def test_two_who_share_nothing_learn_nothing(self):
        one = await self.open("opera")
        two = await self.open("sourdough")
        await one.heard.until(sighej.PhoneEvent.NO_MATCH, NUDGED_WITHIN)
        await two.heard.until(sighej.PhoneEvent.NO_MATCH, NUDGED_WITHIN)
        for attendee in (one, two):
            self.assertFalse(attendee.heard.has_seen(sighej.PhoneEvent.NUDGED))

    async def test_who_is_not_open_is_not_on_the_air(self):
        closed = self.enter("devops")
        one = await self.open("devops")
        await asyncio.sleep(NOTHING_FOR)
        self.assertIsNone(closed.radio.presence)
        self.assertEqual(list(self.air.radios.values()), [one.radio])
        self.assertEqual((await one.phone.status()).heard, 0)

    async def test_a_wipe_silences_and_ends_and_nothing_comes_after_it(self):
        one = await self.open("devops")
        two = await self.open("devops")
        await one.nudge()
        await one.phone.wipe()
        self.assertEqual(list(self.air.radios.values()), [two.radio])
        closed = await one.heard.until(sighej.PhoneEvent.CLOSED, 5)
        self.assertEqual(closed.why, sighej.ClosedWhy.WIPED)
        await one.heard.until(sighej.PhoneEvent.ENDED, 5)
        with self.assertRaises(sighej.WishError.Ended):
            await one.phone.open()

    async def test_errors_are_typed_and_quote_nothing(self):
        with self.assertRaises(sighej.ProfileError.TooLong) as caught:
            sighej.Profile.choose(["opera", "a very long hobby " * 5], [])
        self.assertEqual(caught.exception.index, 1)
        self.assertNotIn("hobby", repr(caught.exception))
        one = self.enter("devops")
        with self.assertRaises(sighej.WishError.NotPaused):
            await one.phone.resume()
        await one.phone.open()
        with self.assertRaises(sighej.WishError.AlreadyOpen):
            await one.phone.open()
        await one.phone.shut()
        with self.assertRaises(sighej.WishError.NotOpen):
            await one.phone.pause(datetime.timedelta(seconds=60))

    async def test_a_radio_that_throws_is_told_and_the_node_goes_on(self):
        class Throwing(Radio):
            """Whatever a platform throws, also what is no fault of the interface."""

            is_broken = True

            async def advertise(self, presence, service_data, is_new):
                if self.is_broken:
                    raise ValueError("of the platform")
                await super().advertise(presence, service_data, is_new)

        one = await self.open("devops", radio=Throwing)
        down = await one.heard.until(sighej.PhoneEvent.RADIO, 10)
        self.assertIsInstance(down.state.fault, sighej.RadioFault.Failed)
        one.radio.is_broken = False
        one.radio.inbox.up()
        two = await self.open("devops")
        ours, theirs = await asyncio.gather(one.nudge(), two.nudge())
        self.assertEqual(ours.interests(), theirs.interests())

    async def test_a_call_of_the_radio_that_hangs_is_cancelled_and_dialled_again(self):
        given_up = asyncio.Event()

        class Hanging(Radio):
            """It hears, and does not get as far as a connection."""

            async def connect(self, peer, inbox):
                if not given_up.is_set():
                    try:
                        await asyncio.Event().wait()
                    except asyncio.CancelledError:
                        given_up.set()
                        raise
                return await super().connect(peer, inbox)

        one = await self.open("devops", radio=Hanging)
        two = await self.open("devops", radio=Hanging)
        await asyncio.wait_for(given_up.wait(), GIVEN_UP_WITHIN)
        ours, theirs = await asyncio.gather(one.nudge(), two.nudge())
        self.assertEqual(ours.interests(), theirs.interests())

    async def test_a_listener_that_throws_changes_nothing(self):
        class Throwing(Listener):
            """It fails over each event, after it took it."""

            def on_event(self, event, text):
                super().on_event(event, text)
                raise ValueError("of the app")

        one = await self.open("devops", listener=Throwing)
        two = await self.open("devops")
        ours, theirs = await asyncio.gather(one.nudge(), two.nudge())
        self.assertEqual(ours.interests(), theirs.interests())

    async def test_who_cancels_a_wish_leaves_the_phone_well(self):
        one = self.enter("devops")
        wish = asyncio.create_task(one.phone.open())
        await asyncio.sleep(0)
        wish.cancel()
        with self.assertRaises(asyncio.CancelledError):
            await wish
        with contextlib.suppress(sighej.WishError.AlreadyOpen):
            await one.phone.open()
        two = await self.open("devops")
        await asyncio.gather(one.nudge(), two.nudge())

    async def test_a_boundary_changes_token_and_address(self):
        one = await self.open("devops", left_ms=4_000)
        before = await one.heard.until(sighej.PhoneEvent.EPOCH, 5)
        address, presence = one.radio.address, one.radio.presence
        self.assertIsNotNone(presence)
        after = await one.heard.until(sighej.PhoneEvent.EPOCH, ANEW_WITHIN)
        self.assertEqual(after.number, before.number + 1)
        # By then the radio was told, and it may still be at it.
        await asyncio.sleep(1)
        self.assertNotEqual(one.radio.presence, presence)
        self.assertNotEqual(one.radio.address, address)
        self.assertEqual(len(self.air.tokens), 2)

    async def test_a_phone_meets_the_program_sighej_on_the_network(self):
        # A port that stays, so that a boundary between changes nothing for this test.
        address = f"/ip4/127.0.0.1/tcp/{free_port()}"
        network = ["--ble", "off", "--no-mdns", "--listen", address]
        program = await Program.start(*network, "--crowd-guard", "1", "--open", "--interest", "devops", "hardstyle")
        await program.until("started", NUDGED_WITHIN)
        chosen = settings(EPOCH_MS // 2)
        chosen.clock_correction_ms = 0
        chosen.lan = sighej.Lan(listen=["/ip4/127.0.0.1/tcp/0"], peers=[address], mdns=False)
        one = Attendee(["hardstyle", "chess"], None, Listener(), chosen)
        self.attendees.append(one)
        await one.phone.open()
        ours = await one.nudge(WITH_A_BOUNDARY)
        theirs = await program.until("nudge", NUDGED_WITHIN)
        self.assertEqual(ours.interests(), theirs["interests"])
        cue = ours.cue(sighej.Language.ENGLISH)
        self.assertEqual(cue.emoji, theirs["cue"]["emoji"])
        await program.quit()
        self.assertEqual(program.process.returncode, 0)


if __name__ == "__main__":
    faulthandler.dump_traceback_later(HUNG_AFTER, exit=True)
    played = unittest.main(exit=False)
    # A thread of the library may just call the interpreter while that ends, for which CPython ends the thread, and with it the
    # process. So nothing is torn down.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0 if played.result.wasSuccessful() else 1)
