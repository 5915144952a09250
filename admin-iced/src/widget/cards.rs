//! Cards side by side, as many as there is room for, all of a row equally high.

use iced::advanced::layout::{self, Layout, Limits};
use iced::advanced::widget::{Operation, Tree};
use iced::advanced::{Clipboard, Shell, Widget, mouse, overlay, renderer};
use iced::{Element, Event, Length, Point, Rectangle, Renderer, Size, Theme, Vector};

use crate::look::gap;

/// What stands in the cards' way between them.
const BETWEEN: f32 = gap::MEDIUM;

/// Cards in rows.
pub(crate) struct Cards<'a, Message> {
    cards: Vec<Element<'a, Message>>,
    least: f32,
    most: usize,
}

impl<'a, Message> Cards<'a, Message> {
    /// None is narrower than `least`, unless the room is, and no row has more than `most`.
    pub(crate) fn new(cards: Vec<Element<'a, Message>>, least: f32, most: usize) -> Self {
        Self { cards, least, most }
    }
}

impl<Message> Widget<Message, Theme, Renderer> for Cards<'_, Message> {
    fn size(&self) -> Size<Length> {
        Size::new(Length::Fill, Length::Shrink)
    }

    fn children(&self) -> Vec<Tree> {
        self.cards.iter().map(Tree::new).collect()
    }

    fn diff(&self, tree: &mut Tree) {
        tree.diff_children(&self.cards);
    }

    fn layout(&mut self, tree: &mut Tree, renderer: &Renderer, limits: &Limits) -> layout::Node {
        let width = limits.max().width;
        let (columns, each) = columns(width, self.least, self.most);
        let (mut nodes, mut top) = (Vec::new(), 0.0);
        let rows = self.cards.chunks_mut(columns).zip(tree.children.chunks_mut(columns));
        for (cards, trees) in rows {
            let mut row = |height: f32, most: f32| -> Vec<layout::Node> {
                let limits = Limits::new(Size::new(each, height), Size::new(each, most));
                let cards = cards.iter_mut().zip(trees.iter_mut());
                cards.map(|(card, tree)| card.as_widget_mut().layout(tree, renderer, &limits)).collect()
            };
            // As high as each wants to be, and then as the highest of them.
            let height = row(0.0, f32::INFINITY).iter().map(|node| node.size().height).fold(0.0, f32::max);
            for (column, node) in row(height, height).into_iter().enumerate() {
                nodes.push(node.move_to(Point::new(column as f32 * (each + BETWEEN), top)));
            }
            top += height + BETWEEN;
        }
        layout::Node::with_children(Size::new(width, (top - BETWEEN).max(0.0)), nodes)
    }

    fn operate(
        &mut self,
        tree: &mut Tree,
        layout: Layout<'_>,
        renderer: &Renderer,
        operation: &mut dyn Operation,
    ) {
        operation.container(None, layout.bounds());
        operation.traverse(&mut |operation| {
            let cards = self.cards.iter_mut().zip(&mut tree.children).zip(layout.children());
            cards.for_each(|((card, tree), layout)| {
                card.as_widget_mut().operate(tree, layout, renderer, operation);
            });
        });
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
        let cards = self.cards.iter_mut().zip(&mut tree.children).zip(layout.children());
        for ((card, tree), layout) in cards {
            let card = card.as_widget_mut();
            card.update(tree, event, layout, cursor, renderer, clipboard, shell, viewport);
        }
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
        for ((card, tree), layout) in self.cards.iter().zip(&tree.children).zip(layout.children()) {
            card.as_widget().draw(tree, renderer, theme, style, layout, cursor, viewport);
        }
    }

    fn mouse_interaction(
        &self,
        tree: &Tree,
        layout: Layout<'_>,
        cursor: mouse::Cursor,
        viewport: &Rectangle,
        renderer: &Renderer,
    ) -> mouse::Interaction {
        let cards = self.cards.iter().zip(&tree.children).zip(layout.children());
        let of_each = cards.map(|((card, tree), layout)| {
            card.as_widget().mouse_interaction(tree, layout, cursor, viewport, renderer)
        });
        of_each.max().unwrap_or_default()
    }

    fn overlay<'b>(
        &'b mut self,
        tree: &'b mut Tree,
        layout: Layout<'b>,
        renderer: &Renderer,
        viewport: &Rectangle,
        translation: Vector,
    ) -> Option<overlay::Element<'b, Message, Theme, Renderer>> {
        overlay::from_children(&mut self.cards, tree, layout, renderer, viewport, translation)
    }
}

impl<'a, Message: 'a> From<Cards<'a, Message>> for Element<'a, Message> {
    fn from(cards: Cards<'a, Message>) -> Self {
        Self::new(cards)
    }
}

/// How many stand side by side in this width, and how wide each is.
fn columns(width: f32, least: f32, most: usize) -> (usize, f32) {
    let columns = (((width + BETWEEN) / (least + BETWEEN)) as usize).clamp(1, most.max(1));
    (columns, (width - BETWEEN * (columns - 1) as f32) / columns as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_columns_as_there_is_room_for() {
        for (width, count, each) in
            [(100.0, 1, 100.0), (415.0, 1, 415.0), (416.0, 2, 200.0), (1_016.0, 2, 500.0)]
        {
            assert_eq!(columns(width, 200.0, 2), (count, each));
        }
    }
}
