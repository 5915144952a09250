import SigHej
import UserNotifications

/// What the app holds while its attendee is open to talk: the phone, and what it tells.
actor Meeting: Listener {
    private let radio = IPhoneRadio()
    private var phone: Phone?
    /// For the screen that the attendee opens: it asks for the sentence.
    private(set) var nudge: Nudge?

    func open(profile: Profile) async throws {
        let phone = try Phone(profile: profile, settings: defaultSettings(), radio: radio, invitation: nil, listener: self)
        self.phone = phone
        try await phone.open()
    }

    /// First of all whenever iOS woke the app: what ended while it slept, an epoch with its secrets, ends now.
    func woken() async throws {
        try await phone?.wake()
    }

    /// The panic button. What the app itself shows is the app's to forget.
    func wipe() async throws {
        nudge = nil
        try await phone?.wipe()
        phone = nil
    }

    /// On a thread of the library's.
    nonisolated func onEvent(event: PhoneEvent, text: String?) throws {
        if case .nudged(let nudge) = event {
            Task { await self.show(nudge) }
        }
    }

    /// A lock screen shows this notification: it names no interest.
    private func show(_ nudge: Nudge) async {
        self.nudge = nudge
        let content = UNMutableNotificationContent()
        content.title = "Someone near you shares an interest"
        let request = UNNotificationRequest(identifier: "nudge", content: content, trigger: nil)
        try? await UNUserNotificationCenter.current().add(request)
    }
}
