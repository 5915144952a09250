//! A widget around another, which it lets do everything and adds a little to.

use iced::advanced::layout::{self, Layout};
use iced::advanced::widget::{Operation, Tree, tree};
use iced::advanced::{Clipboard, Shell, Widget, mouse, overlay, renderer};
use iced::{Element, Event, Length, Rectangle, Renderer, Size, Theme, Vector};

/// What is added. Everything is passed on to what is inside, before or after.
pub(crate) trait Addition<Message> {
    /// What it remembers from one view to the next.
    type State: Default + 'static;

    /// Before an operation looks inside.
    fn operate(&self, _: &mut Self::State, _bounds: Rectangle, _: &mut dyn Operation) {}

    /// Takes an event away from what is inside, where this says so.
    fn takes(&self, _: &mut Self::State, _: &Event, _: &mut Shell<'_, Message>) -> bool {
        false
    }

    /// After an event. `inside` lets an operation look there.
    fn after(
        &self,
        _: &mut Self::State,
        _: &Event,
        _inside: &mut dyn FnMut(&mut dyn Operation),
        _: &Renderer,
        _: &mut Shell<'_, Message>,
    ) {
    }

    /// Draws under what is inside.
    fn under(&self, _: &Self::State, _: &mut Renderer, _bounds: Rectangle) {}

    /// Draws over it.
    fn over(&self, _: &Self::State, _: &mut Renderer, _bounds: Rectangle) {}
}

/// Something, and what is added to it.
pub(crate) struct Around<'a, Message, A> {
    pub(super) inner: Element<'a, Message>,
    pub(super) addition: A,
}

impl<Message, A: Addition<Message>> Widget<Message, Theme, Renderer> for Around<'_, Message, A> {
    fn size(&self) -> Size<Length> {
        self.inner.as_widget().size()
    }

    fn size_hint(&self) -> Size<Length> {
        self.inner.as_widget().size_hint()
    }

    fn tag(&self) -> tree::Tag {
        tree::Tag::of::<A::State>()
    }

    fn state(&self) -> tree::State {
        tree::State::new(A::State::default())
    }

    fn children(&self) -> Vec<Tree> {
        vec![Tree::new(&self.inner)]
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(std::slice::from_ref(&self.inner));
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &layout::Limits) -> layout::Node {
        self.inner.as_widget_mut().layout(&mut tree.children[0], renderer, limits)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        self.addition.operate(tree.state.downcast_mut(), layout.bounds(), operation);
        self.inner.as_widget_mut().operate(&mut tree.children[0], layout, renderer, operation);
    }

    fn update(
        &mut self,
        tree: &mut Tree,
        event: &Event,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        renderer: &Renderer,
        clipboard: &mut dyn Clipboard,
        shell: &mut Shell<'_, Message>,
        viewport: &Rectangle,
    ) {
        let state = tree.state.downcast_mut();
        if self.addition.takes(state, event, shell) {
            return;
        }
        let (inner, within) = (self.inner.as_widget_mut(), &mut tree.children[0]);
        inner.update(within, event, layout, cursor, renderer, clipboard, shell, viewport);
        let mut inside = |operation: &mut dyn Operation| inner.operate(within, layout, renderer, operation);
        self.addition.after(state, event, &mut inside, renderer, shell);
    }

    fn draw(
        &self,
        tree: &Tree,
        renderer: &mut Renderer,
        theme: &Theme,
        style: &renderer::Style,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
    ) {
        let (state, bounds) = (tree.state.downcast_ref(), layout.bounds());
        self.addition.under(state, renderer, bounds);
        self.inner.as_widget().draw(&tree.children[0], renderer, theme, style, layout, cursor, viewport);
        self.addition.over(state, renderer, bounds);
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        self.inner.as_widget().mouse_interaction(&tree.children[0], layout, cursor, viewport, renderer)
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, Message, Theme, Renderer>> {
        self.inner.as_widget_mut().overlay(&mut tree.children[0], layout, renderer, viewport, translation)
    }
}

impl<'a, Message: 'a, A: Addition<Message> + 'a> From<Around<'a, Message, A>> for Element<'a, Message> {
    fn from(around: Around<'a, Message, A>) -> Self {
        Self::new(around)
    }
}
