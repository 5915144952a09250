"""An air in memory, and the radio that an app would make of its phone's Bluetooth."""

import asyncio

import sighej

# Between two adverts of one phone.
ADVERT_SECONDS = 0.25
PACKET_BYTES = 244


class Air:
    """Who is on the air, by address. It counts what it carries."""

    def __init__(self):
        self.radios = {}
        self.addresses = 0
        self.adverts = 0
        self.tokens = set()

    def address(self):
        self.addresses += 1
        return f"phone-{self.addresses}"


class Radio(sighej.PhoneRadio):
    """A phone's Bluetooth."""

    def __init__(self, air):
        self.air = air
        self.inbox = None
        self.address = None
        self.presence = None
        self.service_data = None
        self.task = None
        self.silences = 0

    def abilities(self):
        return sighej.Abilities(advertises=True, service_data=True, l2cap=False)

    def attach(self, inbox):
        self.inbox = inbox

    async def advertise(self, presence, service_data, is_new):
        if is_new:
            self._vanish()
            self.address = self.air.address()
        self.presence, self.service_data = presence, service_data
        self.air.radios[self.address] = self
        self.air.tokens.add(presence)

    async def scan(self):
        if self.task is None:
            self.task = asyncio.get_running_loop().create_task(self._listen())

    async def connect(self, peer, inbox):
        other = self.air.radios.get(peer)
        if other is None:
            raise sighej.RadioFault.Unreachable()
        ours, theirs = Link(other.presence), Link(self.presence)
        ours.far = other.inbox.accepted(theirs, self.address, sighej.LinkPath.GATT, PACKET_BYTES)
        if ours.far is None:
            raise sighej.RadioFault.Unreachable()
        theirs.far = inbox
        return sighej.Connected(link=ours, path=sighej.LinkPath.GATT, max_packet=PACKET_BYTES)

    async def fall_silent(self):
        self.silences += 1
        self._vanish()
        if self.task is not None:
            self.task.cancel()
            self.task = None

    async def _listen(self):
        while True:
            for address, other in list(self.air.radios.items()):
                if other is not self:
                    self.air.adverts += 1
                    self.inbox.sighted(address, other.service_data, -60)
            await asyncio.sleep(ADVERT_SECONDS)

    def _vanish(self):
        self.air.radios.pop(self.address, None)


class Link(sighej.PhoneLink):
    """One end of a connection: its packets arrive at the far end's inbox."""

    def __init__(self, presence):
        self.shown = presence
        self.far = None

    async def presence(self):
        return self.shown

    async def send(self, packet):
        if not self.far.received(packet):
            raise sighej.LinkFault.Gone()

    async def hang_up(self):
        self.far.closed()
