//! Chains and rings of devices, of which only what the mesh does is here.

use sighej_crypto::exchange::MESSAGE_LEN;

use super::*;
use crate::wire::VersionFlags;

/// Devices by number, with links between them. Nothing is lost, and nothing takes time.
struct Net {
    now: Duration,
    nodes: Vec<Mesh>,
    /// Both ends of each link: device, its name of the link.
    links: Vec<[(usize, LinkId); 2]>,
    under_way: VecDeque<(usize, LinkId, Vec<u8>)>,
    /// What each device was given: who called, and how far they are; messages; ends.
    called: Vec<Vec<(Token, u8)>>,
    messages: Vec<Vec<usize>>,
    ended: Vec<usize>,
    sent: Vec<usize>,
}

fn token(n: usize) -> Token {
    Token::from_bytes((n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes())
}

fn presence(n: usize) -> Presence {
    Presence { flags: VersionFlags { spent: false, mesh: true }, token: token(n) }
}

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

impl Net {
    fn new(devices: usize, max_hops: u8) -> Self {
        Self {
            now: secs(100),
            nodes: (0..devices).map(|n| Mesh::new(token(n), max_hops)).collect(),
            links: Vec::new(),
            under_way: VecDeque::new(),
            called: vec![Vec::new(); devices],
            messages: vec![Vec::new(); devices],
            ended: vec![0; devices],
            sent: vec![0; devices],
        }
    }

    fn chain(devices: usize, max_hops: u8) -> Self {
        let mut net = Self::new(devices, max_hops);
        (1..devices).for_each(|n| _ = net.link(n - 1, n, Medium::Radio));
        net.settle();
        net
    }

    fn link(&mut self, a: usize, b: usize, medium: Medium) -> usize {
        let id = self.links.len() as u64;
        let ends = [(a, LinkId(2 * id)), (b, LinkId(2 * id + 1))];
        self.links.push(ends);
        self.nodes[a].join(ends[0].1, medium, presence(b), self.now);
        self.nodes[b].join(ends[1].1, medium, presence(a), self.now);
        self.links.len() - 1
    }

    fn cut(&mut self, link: usize) {
        for (node, id) in self.links[link] {
            self.nodes[node].leave(id);
        }
        self.settle();
    }

    /// Lets everything come to rest.
    fn settle(&mut self) {
        for _ in 0..20 {
            self.now += secs(3);
            for n in 0..self.nodes.len() {
                self.nodes[n].settle(self.now);
                self.drain(n);
            }
            self.deliver();
        }
    }

    fn deliver(&mut self) {
        while let Some((from, link, bytes)) = self.under_way.pop_front() {
            let ends = self.links[usize::try_from(link.0 / 2).unwrap()];
            let (to, theirs) = if ends[0] == (from, link) { ends[1] } else { ends[0] };
            let frame = Frame::decode(&bytes).ok().unwrap();
            self.nodes[to].take(theirs, frame, self.now).unwrap();
            self.drain(to);
        }
    }

    /// Every caller is taken in, and every message answered by none.
    fn drain(&mut self, n: usize) {
        while let Some(effect) = self.nodes[n].next_effect() {
            match effect {
                Effect::Send { link, bytes } => {
                    self.sent[n] += 1;
                    self.under_way.push_back((n, link, bytes));
                }
                Effect::Opened { caller, .. } => {
                    let channel = ChannelId::Forwarded(self.called[n].len() as u64);
                    self.called[n].push((caller.token, caller.hops));
                    self.nodes[n].adopt(&caller, channel);
                }
                Effect::Message { bytes, .. } => self.messages[n].push(bytes.len()),
                Effect::Ended { .. } => self.ended[n] += 1,
            }
        }
    }

    /// Opens the `conversation`-th exchange by the nearest way that is told. False where there is none.
    fn open(&mut self, from: usize, to: usize, conversation: u8) -> bool {
        let way = self.nodes[from].ways(&token(to)).min_by_key(|way| way.hops).map(|way| way.link);
        way.is_some_and(|link| self.open_by(from, link, to, conversation))
    }

    fn open_by(&mut self, from: usize, link: LinkId, to: usize, conversation: u8) -> bool {
        let channel = ChannelId::Outbound(conversation.into());
        let name = Conversation([conversation; 8]);
        self.nodes[from].open((channel, link), token(to), name, vec![1; MESSAGE_LEN[0]], self.now);
        self.drain(from);
        self.deliver();
        true
    }

    fn say(&mut self, from: usize, channel: ChannelId, len: usize) {
        self.nodes[from].send(channel, vec![2; len], self.now);
        self.drain(from);
        self.deliver();
    }

    fn hops(&self, from: usize, to: usize) -> Option<u8> {
        self.nodes[from].ways(&token(to)).map(|way| way.hops).min()
    }
}

#[test]
fn in_a_chain_of_three_the_ends_are_one_hop_apart() {
    let mut net = Net::chain(3, 2);
    assert_eq!((net.hops(0, 2), net.hops(2, 0)), (Some(1), Some(1)));
    assert_eq!(net.hops(0, 1), None, "a neighbour is no hop away");
    assert!(net.open(0, 2, 1));
    assert_eq!(net.called[2], [(token(0), 1)]);
    net.say(2, ChannelId::Forwarded(0), MESSAGE_LEN[1]);
    net.say(0, ChannelId::Outbound(1), MESSAGE_LEN[2]);
    net.say(2, ChannelId::Forwarded(0), MESSAGE_LEN[3]);
    net.say(0, ChannelId::Outbound(1), MESSAGE_LEN[4]);
    assert_eq!(net.messages[0], [MESSAGE_LEN[1], MESSAGE_LEN[3]]);
    assert_eq!(net.messages[2], [MESSAGE_LEN[2], MESSAGE_LEN[4]]);
    assert!(net.nodes[0].close(ChannelId::Outbound(1), net.now));
    net.settle();
    assert_eq!((net.ended[0], net.ended[2]), (0, 1), "the other is told of the end");
    assert_eq!(net.nodes[1].next_deadline(), None, "and the path is forgotten");
}

#[test]
fn a_chain_of_four_takes_two_hops_and_a_chain_of_five_is_too_long() {
    let mut four = Net::chain(4, 2);
    assert_eq!(four.hops(0, 3), Some(2));
    assert!(four.open(0, 3, 1));
    assert_eq!(four.called[3], [(token(0), 2)]);
    let mut five = Net::chain(5, 2);
    assert_eq!((five.hops(0, 3), five.hops(0, 4)), (Some(2), None));
    let link = five.links[0][0].1;
    five.open_by(0, link, 4, 1);
    assert!(five.called[4].is_empty() && five.ended[0] == 1, "whoever tries all the same is told at once");
}

#[test]
fn with_no_hops_nothing_is_said_and_nothing_is_passed_on() {
    let mut net = Net::new(3, 2);
    net.nodes[1] = Mesh::new(token(1), 0);
    net.link(0, 1, Medium::Radio);
    net.link(1, 2, Medium::Lan);
    net.settle();
    let link = net.links[0][0].1;
    net.open_by(0, link, 2, 1);
    net.settle();
    assert_eq!((net.sent[1], net.hops(0, 2), net.called[2].len()), (0, None, 0));
}

#[test]
fn a_ring_comes_to_rest_and_a_call_goes_by_the_shorter_way() {
    let mut net = Net::new(5, 4);
    (0..5).for_each(|n| _ = net.link(n, (n + 1) % 5, Medium::Radio));
    net.settle();
    assert_eq!(net.hops(0, 2), Some(1));
    let sent: usize = net.sent.iter().sum();
    net.settle();
    assert_eq!(net.sent.iter().sum::<usize>(), sent, "nothing goes round");
    assert!(net.open(0, 2, 1));
    assert_eq!(net.called[2], [(token(0), 1)]);
}

#[test]
fn what_is_gone_is_forgotten_and_does_not_live_on_in_a_ring() {
    let mut net = Net::new(4, 4);
    (0..3).for_each(|n| _ = net.link(n, (n + 1) % 3, Medium::Radio));
    let last = net.link(2, 3, Medium::Radio);
    net.settle();
    assert_eq!((net.hops(0, 3), net.hops(1, 3)), (Some(1), Some(1)));
    net.cut(last);
    net.settle();
    assert_eq!((net.hops(0, 3), net.hops(1, 3), net.hops(2, 3)), (None, None, None));
}

#[test]
fn nothing_is_told_back_nor_into_the_network_it_came_from() {
    let mut net = Net::new(4, 4);
    net.link(0, 1, Medium::Lan);
    net.link(0, 2, Medium::Lan);
    net.link(0, 3, Medium::Radio);
    net.settle();
    assert_eq!((net.hops(1, 2), net.hops(2, 1)), (None, None), "they are on one network");
    assert_eq!((net.hops(1, 3), net.hops(3, 1), net.hops(3, 2)), (Some(1), Some(1), Some(1)));
    assert_eq!(net.sent[1] + net.sent[2] + net.sent[3], 0, "who has nothing to tell is silent");
    let link = net.links[0][1].1;
    net.open_by(1, link, 2, 1);
    assert!(net.called[2].is_empty(), "nor is a call sent back into it");
}

#[test]
fn a_conversation_that_comes_round_is_refused() {
    let mut net = Net::new(3, 4);
    let (first, second) = (net.link(0, 1, Medium::Radio), net.link(1, 2, Medium::Radio));
    net.settle();
    let open = |hops| Frame::Open {
        hops,
        conversation: Conversation([9; 8]),
        from: token(0),
        to: token(2),
        message: vec![1; MESSAGE_LEN[0]],
    };
    let (up, down) = (net.links[first][1].1, net.links[second][0].1);
    net.nodes[1].take(up, open(0), net.now).unwrap();
    net.nodes[1].take(down, open(2), net.now).unwrap();
    net.drain(1);
    let sent: Vec<u8> = net.under_way.iter().map(|(_, _, bytes)| bytes[0]).collect();
    assert_eq!(sent, [2, 4], "passed on once, then ended towards whoever sent it round");
}

#[test]
fn only_the_two_ends_of_a_path_speak_on_it_and_no_more_than_an_exchange() {
    let mut net = Net::new(4, 2);
    (1..4).for_each(|n| _ = net.link(n - 1, n, Medium::Radio));
    let liar = net.link(1, 3, Medium::Radio);
    net.settle();
    assert!(net.open(0, 2, 1));
    let (conversation, inside) = (Conversation([1; 8]), net.links[liar][0].1);
    let message = vec![3; MESSAGE_LEN[1]];
    net.nodes[1].take(inside, Frame::On { conversation, message }, net.now).unwrap();
    net.nodes[1].take(inside, Frame::End { conversation }, net.now).unwrap();
    net.drain(1);
    net.deliver();
    assert!(net.messages[0].is_empty() && net.ended[0] == 0, "a neighbour beside the path is not heard");
    (0..9).for_each(|_| net.say(0, ChannelId::Outbound(1), MESSAGE_LEN[2]));
    assert_eq!(net.messages[2].len(), 4);
}

#[test]
fn a_lost_path_is_ended_at_both_sides() {
    let mut net = Net::chain(4, 2);
    assert!(net.open(0, 3, 1));
    net.cut(1);
    assert_eq!((net.ended[0], net.ended[3]), (1, 1));
    assert_eq!((net.hops(0, 3), net.hops(3, 0)), (None, None));
}

#[test]
fn a_neighbour_that_says_too_much_is_one_no_longer() {
    let mut net = Net::chain(3, 2);
    let (node, link) = net.links[0][1];
    let list = |n: u64| {
        let presence = Presence { token: Token::from_bytes(n.to_be_bytes()), ..presence(7) };
        Frame::Told(vec![frame::Entry { hops: 1, presence }])
    };
    let said = (1000..1100).filter(|n| net.nodes[node].take(link, list(*n), net.now).is_ok()).count();
    assert!((8..100).contains(&said), "a hundred times at once is too often: {said}");
    assert!(net.nodes[node].ways(&token(1099)).next().is_none());
    net.settle();
    assert_eq!(net.hops(2, 0), None, "nor is anybody told of it");
}

#[test]
fn conversations_beyond_the_bounds_are_refused_and_the_others_go_on() {
    let mut net = Net::chain(3, 2);
    for conversation in 1..=limits::MESH_PATHS_PER_NEIGHBOUR as u8 + 3 {
        assert!(net.open(0, 2, conversation));
        net.now += secs(1);
    }
    assert_eq!(net.called[2].len(), limits::MESH_PATHS_PER_NEIGHBOUR);
    assert_eq!(net.ended[0], 3);
    net.now += limits::MESH_PATH_IDLE;
    net.settle();
    assert!(net.open(0, 2, 200), "idle ones are forgotten");
    assert_eq!(net.called[2].len(), limits::MESH_PATHS_PER_NEIGHBOUR + 1);
}

#[test]
fn a_full_queue_ends_the_conversation_whose_frame_finds_no_place() {
    let mut net = Net::new(6, 2);
    let up: Vec<usize> = (0..4).map(|n| net.link(n, 4, Medium::Radio)).collect();
    net.link(4, 5, Medium::Radio);
    net.settle();
    for (n, up) in up.into_iter().enumerate() {
        for conversation in 0..8 {
            let name = 10 * n as u8 + conversation;
            let link = net.links[up][0].1;
            net.open_by(n, link, 5, name);
        }
    }
    for round in 0..2 {
        for (n, conversation) in (0..4).flat_map(|n| (0..8).map(move |c| (n, c))) {
            let channel = ChannelId::Outbound(u64::from(10 * n as u8 + conversation));
            net.say(n, channel, MESSAGE_LEN[2]);
        }
        let waiting = net.nodes[4].next_deadline();
        assert!(waiting.is_some_and(|at| at > net.now), "round {round}: paced, not dropped");
    }
    net.settle();
    let ended: usize = net.ended[..4].iter().sum();
    assert!(ended > 0 && ended < 32, "some are over, some go on: {ended}");
    assert!(!net.messages[5].is_empty());
}

#[test]
fn of_a_crowd_the_nearest_are_told_and_each_device_tells_others() {
    let crowd = 3 * limits::MESH_TOLD;
    let mut net = Net::new(crowd + 3, 2);
    for teller in [0, 1] {
        (3..crowd + 3).for_each(|n| _ = net.link(teller, n, Medium::Lan));
        net.link(teller, 2, Medium::Radio);
    }
    net.settle();
    let told: Vec<BTreeMap<LinkId, usize>> =
        (3..crowd + 3).map(|n| net.nodes[2].ways(&token(n)).map(|way| (way.link, 1)).collect()).collect();
    assert_eq!(told.iter().map(BTreeMap::len).sum::<usize>(), 2 * limits::MESH_TOLD);
    let by_both = told.iter().filter(|ways| ways.len() == 2).count();
    assert!(by_both < limits::MESH_TOLD, "not the same ones: {by_both}");
    let heard_of_radio = (3..crowd + 3).filter(|n| net.hops(*n, 2).is_some()).count();
    let most = 2 * limits::MESH_NEIGHBOURS;
    assert!((most / 2 + 1..=most).contains(&heard_of_radio), "others by each: {heard_of_radio}");
    assert!(net.sent[0] <= 2 * (1 + limits::MESH_NEIGHBOURS), "and no more neighbours than that are told");
}
