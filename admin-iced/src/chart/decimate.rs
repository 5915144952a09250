//! Fewer points that look the same.

/// The places of the values to draw in so many columns: of each column its least and its most, in their order, so that no
/// peak is lost. At most two a column; all of them where there are no more than that.
pub(super) fn decimate(values: &[u64], columns: usize) -> Vec<usize> {
    if values.len() <= 2 * columns {
        return (0..values.len()).collect();
    }
    let mut kept = Vec::with_capacity(2 * columns);
    for column in 0..columns {
        let from = column * values.len() / columns;
        let to = (column + 1) * values.len() / columns;
        let places = from..to;
        let least = places.clone().min_by_key(|place| values[*place]);
        let most = places.max_by_key(|place| values[*place]);
        let (Some(least), Some(most)) = (least, most) else { continue };
        kept.push(least.min(most));
        if least != most {
            kept.push(least.max(most));
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_points_become_two_a_pixel_and_no_peak_is_lost() {
        let mut values = vec![3; 10_000];
        values[6_543] = 900;
        values[6_544] = 0;
        let kept = decimate(&values, 800);
        assert!(kept.len() <= 1_600);
        assert!(kept.contains(&6_543) && kept.contains(&6_544));
        assert!(kept.is_sorted());
    }

    #[test]
    fn what_fits_is_drawn_whole() {
        assert_eq!(decimate(&[5, 1, 9], 2), [0, 1, 2]);
        assert!(decimate(&[], 10).is_empty());
    }
}
