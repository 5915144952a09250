//! Another program on the display: it sees titles and pixels, and has a keyboard.

use std::path::Path;

use x11rb::connection::Connection;
use x11rb::errors::ReplyError;
use x11rb::protocol::xproto::{
    Atom, ConfigureWindowAux, ConnectionExt as _, ImageFormat, InputFocus, KEY_PRESS_EVENT,
    KEY_RELEASE_EVENT, MapState, Window,
};
use x11rb::protocol::xtest::ConnectionExt as _;
use x11rb::rust_connection::RustConnection;

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The eye, and the hand.
pub(crate) struct Eye {
    connection: RustConnection,
    root: Window,
    size: (u16, u16),
    name: Atom,
    utf8: Atom,
}

/// What is on the display, a pixel in four bytes: blue, green, red, nothing.
pub(crate) struct Picture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Eye {
    pub(crate) fn open(display: &str) -> Outcome<Self> {
        let (connection, screen) = x11rb::connect(Some(display))?;
        let screen = connection.setup().roots.get(screen).ok_or("no screen")?;
        let (root, size) = (screen.root, (screen.width_in_pixels, screen.height_in_pixels));
        let name = connection.intern_atom(false, b"_NET_WM_NAME")?.reply()?.atom;
        let utf8 = connection.intern_atom(false, b"UTF8_STRING")?.reply()?.atom;
        Ok(Self { connection, root, size, name, utf8 })
    }

    /// The window that is shown and has a title, if there is one.
    pub(crate) fn window(&self) -> Outcome<Option<Window>> {
        for window in self.connection.query_tree(self.root)?.reply()?.children {
            let is_shown = match self.connection.get_window_attributes(window)?.reply() {
                Ok(attributes) => attributes.map_state == MapState::VIEWABLE,
                // It may be gone by now.
                Err(ReplyError::X11Error(_)) => false,
                Err(error @ ReplyError::ConnectionError(_)) => return Err(error.into()),
            };
            if is_shown && !self.title(window)?.is_empty() {
                return Ok(Some(window));
            }
        }
        Ok(None)
    }

    pub(crate) fn title(&self, window: Window) -> Outcome<String> {
        let value = self.connection.get_property(false, window, self.name, self.utf8, 0, 1_024)?.reply();
        Ok(value.map(|value| String::from_utf8_lossy(&value.value).into_owned()).unwrap_or_default())
    }

    pub(crate) fn picture(&self) -> Outcome<Picture> {
        let (width, height) = self.size;
        let image = self
            .connection
            .get_image(ImageFormat::Z_PIXMAP, self.root, 0, 0, width, height, u32::MAX)?
            .reply()?;
        Ok(Picture { width: width.into(), height: height.into(), pixels: image.data })
    }

    /// The colour of one pixel.
    pub(crate) fn pixel(&self, x: i16, y: i16) -> Outcome<[u8; 3]> {
        let image =
            self.connection.get_image(ImageFormat::Z_PIXMAP, self.root, x, y, 1, 1, u32::MAX)?.reply()?;
        match image.data[..] {
            [blue, green, red, ..] => Ok([red, green, blue]),
            _ => Err("no pixel".into()),
        }
    }

    /// Without a window manager nobody else gives a window the keyboard.
    pub(crate) fn focus(&self, window: Window) -> Outcome<()> {
        self.connection.set_input_focus(InputFocus::PARENT, window, x11rb::CURRENT_TIME)?;
        self.connection.flush()?;
        Ok(())
    }

    /// The size of a window: width and height.
    pub(crate) fn size(&self, window: Window) -> Outcome<(u32, u32)> {
        let geometry = self.connection.get_geometry(window)?.reply()?;
        Ok((geometry.width.into(), geometry.height.into()))
    }

    pub(crate) fn resize(&self, window: Window, (width, height): (u32, u32)) -> Outcome<()> {
        let size = ConfigureWindowAux::new().width(width).height(height);
        self.connection.configure_window(window, &size)?.check()?;
        Ok(())
    }

    /// Presses a key, given by its keysym, with others held.
    pub(crate) fn press(&self, keysym: u32, held: &[u32]) -> Outcome<()> {
        let (code, is_shifted) = self.code(keysym)?;
        let mut codes = held.iter().map(|held| Ok(self.code(*held)?.0)).collect::<Outcome<Vec<u8>>>()?;
        if is_shifted {
            codes.push(self.code(SHIFT)?.0);
        }
        codes.push(code);
        for code in &codes {
            self.connection.xtest_fake_input(KEY_PRESS_EVENT, *code, 0, self.root, 0, 0, 0)?;
        }
        for code in codes.iter().rev() {
            self.connection.xtest_fake_input(KEY_RELEASE_EVENT, *code, 0, self.root, 0, 0, 0)?;
        }
        self.connection.flush()?;
        Ok(())
    }

    /// Which key makes a keysym, and whether with Shift.
    fn code(&self, keysym: u32) -> Outcome<(u8, bool)> {
        let setup = self.connection.setup();
        let (first, last) = (setup.min_keycode, setup.max_keycode);
        let mapping = self.connection.get_keyboard_mapping(first, last - first + 1)?.reply()?;
        let of_one = usize::from(mapping.keysyms_per_keycode).max(1);
        for (key, keysyms) in mapping.keysyms.chunks(of_one).enumerate() {
            if let Some(level) = keysyms.iter().take(2).position(|known| *known == keysym) {
                return Ok((first + u8::try_from(key)?, level == 1));
            }
        }
        Err(format!("no key makes keysym {keysym:#x}").into())
    }
}

/// Keysyms of the keys that have no character.
pub(crate) const SHIFT: u32 = 0xffe1;
pub(crate) const CONTROL: u32 = 0xffe3;

/// The keysym of a key by its name.
pub(crate) fn keysym(name: &str) -> Outcome<u32> {
    match name {
        "Tab" => Ok(0xff09),
        "Return" => Ok(0xff0d),
        "Escape" => Ok(0xff1b),
        "F11" => Ok(0xffc8),
        _ => Err(format!("no key is called {name}").into()),
    }
}

impl Picture {
    /// Pixels that differ.
    pub(crate) fn differs_from(&self, other: &Self) -> usize {
        self.pixels.chunks(4).zip(other.pixels.chunks(4)).filter(|(a, b)| a[..3] != b[..3]).count()
    }

    /// Pixels that anybody could tell apart: where the renderer draws through a mask, it rounds a colour otherwise.
    pub(crate) fn looks_other_than(&self, other: &Self) -> usize {
        let differs = |(a, b): &(&[u8], &[u8])| a.iter().zip(*b).take(3).any(|(a, b)| a.abs_diff(*b) > 1);
        self.pixels.chunks(4).zip(other.pixels.chunks(4)).filter(differs).count()
    }

    /// Whether a line's worth of pixels has a colour: red, green, blue.
    pub(crate) fn shows(&self, [red, green, blue]: [u8; 3]) -> bool {
        self.pixels.chunks(4).filter(|pixel| pixel[..3] == [blue, green, red]).count() > 200
    }

    pub(crate) fn save(&self, path: &Path) -> Outcome<()> {
        let file = std::fs::File::create(path)?;
        let mut encoder = png::Encoder::new(std::io::BufWriter::new(file), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        let rgb: Vec<u8> = self.pixels.chunks(4).flat_map(|pixel| [pixel[2], pixel[1], pixel[0]]).collect();
        encoder.write_header()?.write_image_data(&rgb)?;
        Ok(())
    }
}
