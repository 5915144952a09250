//! Exact limits for a binomial proportion (Clopper and Pearson 1934), through the regularised incomplete beta function.

/// The smallest proportion under which `ones` or more of `count` still happen with this chance: with confidence
/// `1 - tail` the true one is no smaller.
pub(crate) fn lower_limit(ones: u32, count: u32, tail: f64) -> f64 {
    if ones == 0 {
        return 0.0;
    }
    let (a, b) = (f64::from(ones), f64::from(count - ones) + 1.0);
    solve(|proportion| beta(a, b, proportion) < tail)
}

/// The largest proportion under which `ones` or fewer of `count` still happen with this chance.
pub(crate) fn upper_limit(ones: u32, count: u32, tail: f64) -> f64 {
    if ones == count {
        return 1.0;
    }
    let (a, b) = (f64::from(ones) + 1.0, f64::from(count - ones));
    solve(|proportion| 1.0 - beta(a, b, proportion) > tail)
}

/// The chance of `ones` or more of `count`.
pub(crate) fn tail_from(ones: u32, count: u32, proportion: f64) -> f64 {
    if ones == 0 {
        return 1.0;
    }
    beta(f64::from(ones), f64::from(count - ones) + 1.0, proportion)
}

/// Where a falling condition turns from true to false, within 0 to 1.
fn solve(is_below: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..52 {
        let middle = (low + high) / 2.0;
        if is_below(middle) { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

/// The regularised incomplete beta function (DLMF 8.17), for a and b of at least 1.
fn beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast below the mean; above it the mirrored one does.
    if x > (a + 1.0) / (a + b + 2.0) { 1.0 - below_mean(b, a, 1.0 - x) } else { below_mean(a, b, x) }
}

fn below_mean(a: f64, b: f64, x: f64) -> f64 {
    let log_front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (-x).ln_1p();
    log_front.exp() * fraction(a, b, x) / a
}

/// The continued fraction of DLMF 8.17.22, by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    /// Beyond what [`MAX_REPORTS`](crate::MAX_REPORTS) needs: the steps grow with the square root of a + b.
    const STEPS: u32 = 2_000;
    let apart_from_zero = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };

    let mut upper = 1.0;
    let mut lower = 1.0 / apart_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = lower;
    for step in 1..STEPS {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            lower = 1.0 / apart_from_zero(1.0 + term * lower);
            upper = apart_from_zero(1.0 + term / upper);
            change = lower * upper;
            value *= change;
        }
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    value
}

/// The logarithm of the gamma function, for arguments of at least 1: Stirling's series (DLMF 5.11.1) past 10, and the
/// recurrence below.
fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 1.0);
    while x < 10.0 {
        shift *= x;
        x += 1.0;
    }
    let square = x * x;
    let series = 1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / square) / square) / square) / square;
    (x - 0.5) * x.ln() - x + (2.0 * std::f64::consts::PI).ln() / 2.0 + series / x - f64::ln(shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, expected: f64) -> bool {
        (value - expected).abs() <= 1e-9 * expected.abs().max(1e-3)
    }

    #[test]
    fn the_logarithm_of_the_gamma_function_is_that_of_factorials() {
        let mut log = 0.0;
        for n in 1..200_u32 {
            assert!(close(ln_gamma(f64::from(n)), log), "{n}: {} {log}", ln_gamma(f64::from(n)));
            log += f64::from(n).ln();
        }
    }

    #[test]
    fn the_tail_is_the_sum_of_the_binomial_chances() {
        for (count, proportion) in [(1, 0.5), (10, 0.1192), (60, 0.1192), (60, 0.73), (300, 0.1192)] {
            let mut sum = 0.0;
            for ones in (0..=count).rev() {
                sum += chance(ones, count, proportion);
                assert!(close(tail_from(ones, count, proportion), sum), "{ones} of {count}");
            }
        }
    }

    /// Far in the tail the sum has to hold relatively: thresholds are set there.
    #[test]
    fn the_tail_holds_where_thresholds_are_set() {
        for ones in [200, 240, 300] {
            let sum: f64 = (ones..=1_000).rev().map(|ones| chance(ones, 1_000, 0.1192)).sum();
            let tail = tail_from(ones, 1_000, 0.1192);
            assert!((tail / sum - 1.0).abs() < 1e-9, "{tail} {sum}");
        }
    }

    #[test]
    fn the_limits_are_those_of_the_tables() {
        // Clopper and Pearson at 95 %: published values to four places.
        for (ones, count, low, high) in
            [(0, 10, 0.0, 0.3085), (1, 10, 0.0025, 0.4450), (5, 10, 0.1871, 0.8129), (10, 10, 0.6915, 1.0)]
        {
            assert!((lower_limit(ones, count, 0.025) - low).abs() < 5e-5, "{ones} of {count}");
            assert!((upper_limit(ones, count, 0.025) - high).abs() < 5e-5, "{ones} of {count}");
        }
    }

    #[test]
    fn limits_stand_around_the_proportion_at_every_size() {
        for count in [50, 1_000, 100_000] {
            for ones in [0, 1, count / 9, count / 2, count - 1, count] {
                let (low, high) = (lower_limit(ones, count, 1e-9), upper_limit(ones, count, 1e-9));
                let proportion = f64::from(ones) / f64::from(count);
                assert!(
                    low <= proportion && proportion <= high && high - low < 14.0 / f64::from(count).sqrt()
                );
            }
        }
    }

    fn chance(ones: u32, count: u32, proportion: f64) -> f64 {
        let choose: f64 = (0..ones).map(|at| (f64::from(count - at) / f64::from(ones - at)).ln()).sum();
        (choose + f64::from(ones) * proportion.ln() + f64::from(count - ones) * (1.0 - proportion).ln()).exp()
    }
}
