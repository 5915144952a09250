# The frames of section 14 (relay-wire.md), in the language of Kaitai Struct 0.11 (https://doc.kaitai.io). Whatever a parser made
# from this takes, a relay and a device take, and nothing else: `just schema` compiles it and compares both.
meta:
  id: relay_wire
  title: Between a device and its relay (sighej-relay.1)
  license: MIT OR Apache-2.0
  ks-version: '0.11'
  endian: be

doc: |
  One binary WebSocket message holds one frame: parse it as `device_frame` where a device sent it, as `relay_frame` where a
  relay did. What knocks, accepts, seals, uploads and verdicts hold is in section 8; on the way they are bytes.

types:

  device_frame:
    doc: What a device says (section 14.2).
    seq:
      - id: kind
        type: u1
        enum: device_kind
        valid:
          in-enum: true
        doc: W-1
      - id: fields
        type:
          switch-on: kind
          cases:
            device_kind::register: register
            device_kind::join: join
            device_kind::knock: knock
            device_kind::knock_proposed: knock_proposed
            device_kind::accept: accept
            device_kind::seal: seal
            device_kind::upload: upload
            device_kind::done: done
            device_kind::goodbye: goodbye
      - id: end
        type: end

  relay_frame:
    doc: What a relay says (section 14.3).
    seq:
      - id: kind
        type: u1
        enum: relay_kind
        valid:
          in-enum: true
        doc: W-1
      - id: fields
        type:
          switch-on: kind
          cases:
            relay_kind::welcome: welcome
            relay_kind::registered: registered
            relay_kind::knocked: knocked
            relay_kind::proposed: proposed
            relay_kind::accepted: accepted
            relay_kind::sealed: sealed
            relay_kind::verdict: verdict
            relay_kind::ended: ended
            relay_kind::refused: refused
            relay_kind::bye: bye
      - id: end
        type: end

  end:
    doc: W-2. Nothing follows the fields of a type; that nothing is missing is found where they are read.
    seq:
      - id: nothing
        size: 0
        valid:
          expr: _io.eof

  # What a device says.

  register:
    seq:
      - id: epoch
        type: u4
      - id: registration
        size: 80

  join:
    seq:
      - id: room
        size: 16
      - id: open
        type: u1
        valid:
          any-of: [0, 1]
        doc: W-3

  knock:
    seq:
      - id: to
        size: 16
      - id: knock
        size: 645

  knock_proposed:
    seq:
      - id: pair
        type: u4
      - id: knock
        size: 645

  accept:
    seq:
      - id: pair
        type: u4
      - id: accept
        size: 645

  seal:
    seq:
      - id: pair
        type: u4
      - id: seal
        size: 737

  upload:
    seq:
      - id: pair
        type: u4
      - id: upload
        size: 514

  done:
    seq:
      - id: pair
        type: u4

  goodbye: {}

  # What a relay says.

  welcome:
    seq:
      - id: challenge
        size: 48
      - id: utc_ms
        type: u8
      - id: epoch_secs
        type: u4

  registered:
    seq:
      - id: resumed
        type: u1
        valid:
          any-of: [0, 1]
        doc: W-3

  knocked:
    seq:
      - id: pair
        type: u4
      - id: room
        size: 16
        doc: Zeros where a token was heard.
      - id: knock
        size: 645

  proposed:
    seq:
      - id: pair
        type: u4
      - id: room
        size: 16

  accepted:
    seq:
      - id: pair
        type: u4
      - id: id
        size: 16
        doc: Zeros where the pair was proposed.
      - id: accept
        size: 645

  sealed:
    seq:
      - id: pair
        type: u4
      - id: seal
        size: 737

  verdict:
    seq:
      - id: pair
        type: u4
      - id: verdict
        size: 513

  ended:
    seq:
      - id: pair
        type: u4
      - id: why
        type: u1
        enum: pair_end
        valid:
          in-enum: true
        doc: W-3

  refused:
    seq:
      - id: name
        size: 16
      - id: why
        type: u1
        enum: refusal
        valid:
          in-enum: true
        doc: W-3

  bye:
    seq:
      - id: why
        type: u1
        enum: bye_reason
        valid:
          in-enum: true
        doc: W-3
      - id: after_secs
        type: u4

enums:
  device_kind:
    0x01: register
    0x02: join
    0x03: knock
    0x04: knock_proposed
    0x05: accept
    0x06: seal
    0x07: upload
    0x08: done
    0x09: goodbye

  relay_kind:
    0x41: welcome
    0x42: registered
    0x43: knocked
    0x44: proposed
    0x45: accepted
    0x46: sealed
    0x47: verdict
    0x48: ended
    0x49: refused
    0x4a: bye

  pair_end:
    1: other_left
    2: too_late

  refusal:
    1: absent
    2: already_paired
    3: too_many
    4: busy
    5: one_self

  bye_reason:
    1: restart
    2: epoch_over
    3: replaced
    4: malformed
    5: bad_registration
    6: wrong_epoch
    7: flood
    8: slow
    9: full
    10: id_taken
    11: idle
