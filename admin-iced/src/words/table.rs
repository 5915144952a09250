//! The table.

/// Declares the words: a name, English, Danish.
macro_rules! words {
    ($($(#[$only:meta])* $name:ident $english:literal $danish:literal,)+) => {
        /// A text of the screens.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[cfg_attr(not(feature = "demo"), allow(dead_code, reason = "without a demo nobody speaks of one"))]
        pub(crate) enum Word { $($(#[$only])* $name,)+ }

        impl Word {
            /// All of them.
            #[cfg(test)]
            pub(crate) const ALL: &[Self] = &[$($(#[$only])* Self::$name,)+];

            /// English and Danish.
            pub(super) fn texts(self) -> [&'static str; 2] {
                match self { $($(#[$only])* Self::$name => [$english, $danish],)+ }
            }
        }
    };
}

words! {
    // The screens.
    Now "Now" "Nu",
    OverTime "Over time" "Over tid",
    Interests "Interests" "Interesser",
    Health "Health" "Tilstand",
    Settings "Settings" "Indstillinger",
    WallMode "Wall mode" "Vægvisning",
    LeaveWallMode "Esc leaves wall mode" "Esc forlader vægvisningen",
    ExportCsv "Export CSV" "Eksportér CSV",
    Exported "Saved {}" "Gemt: {}",
    NotExported "Not saved: {}" "Ikke gemt: {}",
    Demo "Demo" "Demo",

    // What is counted.
    OpenSessions "Open now" "Åbne nu",
    OpenSessionsMeans "devices that are open to talk, most at once" "enheder, der er åbne for snak, flest på én gang",
    Pings "Pings" "Ping",
    PingsMeans "times that one device reached out to another" "gange hvor en enhed rakte ud til en anden",
    Exchanges "Exchanges" "Udvekslinger",
    ExchangesMeans "private comparisons that were complete" "fortrolige sammenligninger, der blev færdige",
    Matches "Matches" "Match",
    MatchesMeans "exchanges with enough in common" "udvekslinger med nok til fælles",
    Nudges "Nudges" "Puf",
    NudgesMeans "pairs told to look up and say hello" "par, der fik besked på at kigge op og sige hej",
    LastMinute "last minute" "det sidste minut",
    RightNow "right now" "lige nu",
    Today "{} today" "{} i dag",
    MostToday "peak {} today" "top {} i dag",
    LastHour "the last hour, by minutes" "den sidste time, minut for minut",
    InCommon "What pairs had in common today" "Hvad par havde til fælles i dag",
    ItemsNone "nothing" "intet",
    ItemsOne "1 interest" "1 interesse",
    ItemsMany "{} interests" "{} interesser",
    WithheldBelow "Counts below {} wait until more of their kind came, so that no number points at anybody. Days are those of UTC." "Antal under {} venter, til der er kommet flere af samme slags, så intet tal peger på nogen. Døgn er UTC-døgn.",
    NothingYet "Nothing to show yet: counts appear once there are at least {} of a kind." "Intet at vise endnu: tal kommer, når der er mindst {} af en slags.",

    // Over time.
    RangeHour "1 hour" "1 time",
    RangeEvening "6 hours" "6 timer",
    RangeDay "24 hours" "24 timer",
    RangeWeek "7 days" "7 dage",
    RangeSeason "60 days" "60 dage",
    RangeYear "1 year" "1 år",
    ByMinute "by minute" "pr. minut",
    ByHour "by hour" "pr. time",
    ByDay "by day" "pr. døgn",
    Peak "peak {}, {}" "top {}, {}",
    HoverHint "Point at the chart, or use ← and →, to read values." "Peg på grafen, eller brug ← og →, for at aflæse værdier.",
    NoLines "Choose at least one line above." "Vælg mindst én linje ovenfor.",
    Loading "Asking the relay…" "Spørger relæet…",

    // Interests.
    Categories "Categories" "Kategorier",
    SingleInterests "Single interests" "Enkelte interesser",
    BySize "largest first" "største først",
    ByName "by name" "efter navn",
    ByCategory "by category" "efter kategori",
    AtLeast "at least {}" "mindst {}",
    AFew "a few" "nogle få",
    Estimate "estimate {}, 95 % interval {} to {}" "skøn {}, 95 %-interval {} til {}",
    Withheld "withheld" "tilbageholdt",
    WithheldMeans "Withheld: not to be told from chance, or from too few people." "Tilbageholdt: kan ikke skelnes fra tilfældighed, eller fra for få personer.",
    WithheldMore "and {} more" "og {} til",
    EpsilonMeans "ε = {}: whatever one person answered, no report tells two profiles apart by more than a factor of {}, even to the relay." "ε = {}: hvad en person end har svaret, kan ingen rapport skelne to profiler med mere end en faktor {}, heller ikke for relæet.",
    SharesMean "A share is that of the answers: someone with four interests counts a quarter for each." "En andel er andelen af svarene: en person med fire interesser tæller en fjerdedel for hver.",
    Reports "{} reports on categories, {} on interests. The next look is at {} reports." "{} rapporter om kategorier, {} om interesser. Næste opgørelse er ved {} rapporter.",
    NoLook "No look yet: the first is at {} reports." "Ingen opgørelse endnu: den første er ved {} rapporter.",
    NoEvent "This relay estimates no shares. Start it with --event NAME to ask attendees who want to share statistics." "Dette relæ anslår ingen andele. Start det med --event NAVN for at spørge de deltagere, der vil dele statistik.",

    // Health.
    AllWell "All is well" "Alt er vel",
    AllWasWell "Last known {} ago: all was well" "Sidst kendt for {} siden: alt var vel",
    NotSaved "Counts are not saved" "Tal bliver ikke gemt",
    WereNotSaved "Last known {} ago: counts were not saved" "Sidst kendt for {} siden: tallene blev ikke gemt",
    NotSavedFor "for {}; matching goes on, and they are saved later" "i {}; match fortsætter, og tallene gemmes senere",
    Version "Version" "Version",
    Uptime "Running for" "Kørt i",
    Connections "Connections" "Forbindelser",
    Memory "Memory" "Hukommelse",
    Lag "Lag" "Forsinkelse",
    LagMeans "how late the relay's own timers ran in the last 10 seconds" "hvor sent relæets egne timere gik i de sidste 10 sekunder",
    RoundTrip "Answers in" "Svarer på",
    DatabaseFailures "Failed saves" "Mislykkede gem",
    ClockSetBack "The relay's clock was set back by {}. Set it right: devices with the right time may not register." "Relæets ur blev stillet {} tilbage. Stil det rigtigt: enheder med den rette tid kan måske ikke melde sig.",
    Failures "Failures today" "Fejl i dag",
    NoFailures "No failures that may be shown." "Ingen fejl, der må vises.",
    NotTold "not told by this relay" "oplyses ikke af dette relæ",

    // Failures.
    FailedBadRegistration "Registrations whose proof did not hold" "Tilmeldinger, hvis bevis ikke holdt",
    FailedWrongEpoch "A clock is wrong: registrations of another epoch" "Et ur går forkert: tilmeldinger i en anden epoke",
    FailedFull "No place left for a session" "Ingen plads til flere sessioner",
    FailedIdTaken "Ids with as many holders as they may have" "Id'er med så mange indehavere, som de må have",
    FailedMalformed "Bytes that are no message" "Bytes, der ikke er en besked",
    FailedFlood "Connections that sent too much" "Forbindelser, der sendte for meget",
    FailedSlow "Connections that did not read" "Forbindelser, der ikke læste",
    FailedIdle "Connections that fell silent" "Forbindelser, der blev tavse",
    FailedAbsent "Knocks where nobody was" "Bank, hvor ingen var",
    FailedAlreadyPaired "Knocks at a device met before" "Bank hos en enhed, der er mødt før",
    FailedTooMany "Too many knocks or rooms of one session" "For mange bank eller rum i én session",
    FailedBusy "Knocks at a busy device" "Bank hos en optaget enhed",
    FailedOneSelf "Knocks at oneself" "Bank hos sig selv",
    FailedOutOfTurn "Messages out of turn" "Beskeder uden for tur",
    FailedBadUpload "Malformed uploads" "Misdannede uploads",
    FailedForgedSeals "Exchanges with a lie in them" "Udvekslinger med en løgn i",
    FailedTooLate "Pairs that took too long" "Par, der var for længe om det",
    FailedOtherLeft "One of the two left" "Den ene gik",

    // Settings.
    Theme "Theme" "Tema",
    ThemeLight "Light" "Lyst",
    ThemeDark "Dark" "Mørkt",
    ThemeContrast "High contrast" "Høj kontrast",
    Language "Language" "Sprog",
    TextSize "Text size" "Tekststørrelse",
    Refresh "Refresh" "Opdatering",
    RefreshLive "live" "løbende",
    RefreshEvery "every {}" "hver {}",
    Motion "Motion" "Bevægelse",
    MotionOn "pulse at a nudge" "puls ved et puf",
    MotionOff "still" "stille",
    Keys "Keys" "Taster",
    KeysScreens "Ctrl+1 … Ctrl+5: the screens · Tab: next · Enter or Space: press · ↑, ↓, Page Up, Page Down: scroll" "Ctrl+1 … Ctrl+5: skærmene · Tab: næste · Enter eller mellemrum: tryk · ↑, ↓, Page Up, Page Down: rul",
    KeysOthers "F11: wall mode · Esc: back · Ctrl+E: export · Ctrl+R: read again · Ctrl++ and Ctrl+-: text size" "F11: vægvisning · Esc: tilbage · Ctrl+E: eksport · Ctrl+R: læs igen · Ctrl++ og Ctrl+-: tekststørrelse",
    Remembered "Remembered relays" "Huskede relæer",
    InUse "in use" "i brug",
    Open "Open" "Åbn",
    Forget "Forget" "Glem",
    AddRelay "Add a relay" "Tilføj et relæ",
    TokensInKeyring "Tokens are in the system's keyring." "Tokens ligger i systemets nøglering.",
    TokensInFile "This system has no keyring: tokens are in a file that only you can read." "Systemet har ingen nøglering: tokens ligger i en fil, som kun du kan læse.",

    // Connecting.
    ConnectTitle "Watch a venue come alive, and nobody in it" "Se et sted vågne til live, og ingen i det",
    ConnectIntro "Counts of a whole event, never anything about one attendee. Give the admin address of a relay and a token for it." "Tal for et helt arrangement, aldrig noget om en enkelt deltager. Angiv et relæs admin-adresse og et token til det.",
    AddressLabel "Relay's admin address" "Relæets admin-adresse",
    AddressHint "https://relay.example:7412" "https://relay.example:7412",
    TokenLabel "Admin token" "Admin-token",
    TokenHint "sighej_admin_…" "sighej_admin_…",
    TokenFrom "Made on the relay's machine by: sighej-relay admin-token create NAME" "Laves på relæets maskine med: sighej-relay admin-token create NAVN",
    Connect "Connect" "Forbind",
    Connecting "Connecting…" "Forbinder…",
    TryDemo "Show me the demo" "Vis mig demoen",
    DemoMeans "A relay inside this program, and simulated attendees who exchange for real." "Et relæ inde i dette program og simulerede deltagere, der udveksler rigtigt.",
    DemoStarting "The doors open: attendees arrive…" "Dørene åbner: deltagerne kommer…",
    DemoFailed "The demo cannot start: {}" "Demoen kan ikke starte: {}",
    TrustCertificate "It is the same: pin this certificate" "Det er det samme: fastgør certifikatet",
    Back "Back" "Tilbage",

    // Banners.
    DataIsOld "What you see is {} old." "Det, du ser, er {} gammelt.",
    NothingHeard "Nothing was heard yet." "Der er endnu intet hørt.",
    TryingAgain "Trying again in {}." "Prøver igen om {}.",
    TryNow "Try now" "Prøv nu",
    EnterAgain "Enter it again" "Indtast igen",
    ClocksApartAhead "The relay's clock is {} ahead of this machine's. Set both by the network: with a wrong clock devices cannot register." "Relæets ur er {} foran denne maskines. Stil begge efter nettet: med et forkert ur kan enheder ikke melde sig.",
    ClocksApartBehind "The relay's clock is {} behind this machine's. Set both by the network: with a wrong clock devices cannot register." "Relæets ur er {} bagud for denne maskines. Stil begge efter nettet: med et forkert ur kan enheder ikke melde sig.",
    #[cfg(feature = "gpu")]
    NoGraphicsCard "No graphics card can be used here: the processor draws." "Intet grafikkort kan bruges her: processoren tegner.",
    NotKept "Not kept: {}" "Ikke gemt: {}",

    // What is wrong, and what to do.
    AddressHost "This is no address." "Det er ingen adresse.",
    AddressHostDo "Write a host and perhaps a port, such as https://relay.example:7412." "Skriv en vært og eventuelt en port, fx https://relay.example:7412.",
    AddressDevices "This is where devices connect." "Her forbinder enheder sig.",
    AddressDevicesDo "The admin's address begins with http:// or https://; the relay prints it as “admin:” when it starts." "Adminens adresse begynder med http:// eller https://; relæet skriver den som »admin:«, når det starter.",
    AddressPin "The pin behind the # is not whole." "Pin efter # er ikke hel.",
    AddressPinDo "Copy the whole link: pin= is followed by 64 hexadecimal digits." "Kopiér hele linket: pin= følges af 64 hexadecimale cifre.",
    AddressPlain "http:// would send the token unprotected over the network." "http:// ville sende tokenet ubeskyttet over nettet.",
    AddressPlainDo "Use https:// for another machine, or a tunnel to this one: ssh -L 7412:127.0.0.1:7412 RELAY." "Brug https:// til en anden maskine, eller en tunnel hertil: ssh -L 7412:127.0.0.1:7412 RELÆ.",
    NoToken "This is no admin token." "Det er intet admin-token.",
    NoTokenDo "A token begins with sighej_admin_ and has 64 digits behind it; copy all of it." "Et token begynder med sighej_admin_ og har 64 cifre efter; kopiér det hele.",
    UnknownHost "No machine is called that." "Ingen maskine hedder sådan.",
    UnknownHostDo "Check the spelling, and that this machine is on the network." "Se efter stavefejl, og om maskinen her er på nettet.",
    Refused "Nobody listens at this address." "Ingen lytter på denne adresse.",
    RefusedDo "Check that the relay runs, and that the port is that of --admin-listen (7412 by default)." "Se efter, om relæet kører, og om porten er den fra --admin-listen (som regel 7412).",
    Unreachable "The relay cannot be reached." "Relæet kan ikke nås.",
    UnreachableDo "Check the network between here and the relay, and whether its port is for https:// or http://." "Se på nettet herfra til relæet, og om dets port er til https:// eller http://.",
    Silent "The relay does not answer." "Relæet svarer ikke.",
    SilentDo "A firewall may drop what is sent there; or the relay is too busy: look at its log." "En firewall smider måske det sendte væk; eller relæet har for travlt: se i dets log.",
    NoTls "What answers there speaks no TLS." "Det, der svarer, taler ikke TLS.",
    NoTlsDo "On this machine write http:// instead of https://; elsewhere check the port." "På denne maskine: skriv http:// i stedet for https://; ellers tjek porten.",
    UnknownCertificate "Nobody vouches for this relay's certificate." "Ingen står inde for relæets certifikat.",
    UnknownCertificateDo "A relay makes its own certificate. Compare this fingerprint with pin= in what `sighej-relay invite` prints:" "Et relæ laver sit eget certifikat. Sammenlign dette fingeraftryk med pin= i det, `sighej-relay invite` skriver:",
    WrongCertificate "The certificate does not match the pin." "Certifikatet passer ikke til pin.",
    WrongCertificateDo "The relay has a new certificate, or somebody stands between. Ask whoever runs the relay, and compare with pin= of a fresh `sighej-relay invite`:" "Relæet har et nyt certifikat, eller nogen står imellem. Spørg den, der driver relæet, og sammenlign med pin= i en ny `sighej-relay invite`:",
    WrongToken "The relay does not know this token." "Relæet kender ikke dette token.",
    WrongTokenDo "It was revoked, or made for another relay. Make one there: sighej-relay admin-token create NAME." "Det er trukket tilbage eller lavet til et andet relæ. Lav et dér: sighej-relay admin-token create NAVN.",
    NoRelay "What answers there is not a relay's admin side." "Det, der svarer, er ikke et relæs admin-side.",
    NoRelayDo "Check the port: devices use 7411, the admin 7412. Or the relay is older than its admin API: update it." "Tjek porten: enheder bruger 7411, admin 7412. Eller relæet er ældre end sit admin-API: opdatér det.",
    TooOld "The relay's version {} is too old for this program." "Relæets version {} er for gammel til dette program.",
    TooOldDo "Update the relay to {} or later." "Opdatér relæet til {} eller nyere.",
    Unreadable "The relay's answer cannot be read." "Relæets svar kan ikke læses.",
    UnreadableDo "Relay and program are of different versions: update the older one." "Relæ og program har forskellige versioner: opdatér det ældste.",
    Said "The relay says: {}" "Relæet siger: {}",
    SaidDo "It will be asked again." "Det bliver spurgt igen.",
}
