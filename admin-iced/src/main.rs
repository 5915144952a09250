//! `sighej-admin`: watch a venue come alive, and nobody in it.

fn main() -> iced::Result {
    iced::run(|_: &mut (), ()| {}, |()| iced::widget::text("SigHej"))
}
