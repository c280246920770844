//! `perl -Mbignum=bpi -wle 'print bpi(2000)'`, the Job of Kubernetes' documentation. Perl itself is not simulated.

use std::time::Duration;

use crate::{Process, Suspend};

const VERSION: &str = "v5.34.0";
/// How many digits Math::BigFloat knows by heart.
const KNOWN: usize = 1000;
/// What it prints if it is asked for none.
const USUAL: usize = 40;
/// More would take a real one minutes.
const MOST: usize = 20_000;

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    if let ["-v" | "--version"] = words.as_slice() {
        process.print(&format!("\nThis is perl 5, version 34, subversion 0 ({VERSION}) built for x86_64-linux-gnu\n"))?;
        return Ok(0);
    }
    let Some((digits, line)) = asked(&words).filter(|(digits, _)| *digits <= MOST) else {
        process.eprint("podarium: not simulated: perl (only perl -Mbignum=bpi -wle 'print bpi(2000)' is)\n")?;
        return Ok(127);
    };
    if digits > KNOWN {
        // Measured: 1.0 s for 1,100 digits, 3.3 s for 2,000, 8.0 s for 3,000.
        process.compute(Duration::from_nanos((digits * digits) as u64 * 850))?;
    }
    process.print(&format!("{}{}", pi(if digits == 0 { USUAL } else { digits }), if line { "\n" } else { "" }))?;
    Ok(0)
}

/// How many digits, and whether a line ends behind them.
fn asked(words: &[&str]) -> Option<(usize, bool)> {
    let (mut line, mut code, mut knows_pi) = (false, None, false);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "-Mbignum=bpi" => knows_pi = true,
            flags => {
                let letters = flags.strip_prefix('-').filter(|letters| letters.chars().all(|letter| "wle".contains(letter)))?;
                line |= letters.contains('l');
                if letters.ends_with('e') {
                    code = Some(*words.next()?);
                }
            }
        }
    }
    let number = code.filter(|_| knows_pi)?.trim().trim_end_matches(';').strip_prefix("print")?.trim().strip_prefix("bpi(")?.strip_suffix(')')?;
    Some((number.trim().parse().ok()?, line))
}

/// Nine digits a limb.
const LIMB: u64 = 1_000_000_000;

/// A number between 0 and `LIMB` with a fraction: the whole part, and limbs behind the point.
#[derive(Clone)]
struct Fixed(Vec<u64>);

impl Fixed {
    fn divide(&mut self, by: u64) {
        let mut rest = 0;
        for limb in &mut self.0 {
            let whole = rest * LIMB + *limb;
            (*limb, rest) = (whole / by, whole % by);
        }
    }

    fn add(&mut self, other: &Fixed) {
        let mut carry = 0;
        for (limb, more) in self.0.iter_mut().zip(&other.0).rev() {
            let sum = *limb + more + carry;
            (*limb, carry) = (sum % LIMB, sum / LIMB);
        }
    }

    /// Takes a smaller number away.
    fn subtract(&mut self, other: &Fixed) {
        let mut borrow = 0;
        for (limb, less) in self.0.iter_mut().zip(&other.0).rev() {
            let less = less + borrow;
            borrow = u64::from(*limb < less);
            *limb = *limb + borrow * LIMB - less;
        }
    }

    /// `factor * arctan(1 / of)`.
    fn arctan(factor: u64, of: u64, limbs: usize) -> Fixed {
        let mut power = Fixed(vec![0; limbs]);
        power.0[0] = factor;
        power.divide(of);
        let (mut sum, mut odd) = (power.clone(), 1);
        while power.0.iter().any(|limb| *limb != 0) {
            power.divide(of * of);
            odd += 2;
            let mut term = power.clone();
            term.divide(odd);
            if odd % 4 == 3 { sum.subtract(&term) } else { sum.add(&term) }
        }
        sum
    }
}

/// Pi with so many digits, rounded (by Machin's formula).
fn pi(digits: usize) -> String {
    let limbs = digits / 9 + 3;
    let mut pi = Fixed::arctan(16, 5, limbs);
    pi.subtract(&Fixed::arctan(4, 239, limbs));
    let mut text: Vec<u8> = pi.0.iter().enumerate().flat_map(|(at, limb)| if at == 0 { limb.to_string() } else { format!("{limb:09}") }.into_bytes()).map(|digit| digit - b'0').collect();
    let up = text[digits] >= 5;
    text.truncate(digits);
    for digit in text.iter_mut().rev().take_while(|_| up) {
        *digit = (*digit + 1) % 10;
        if *digit != 0 {
            break;
        }
    }
    let text: String = text.into_iter().map(|digit| char::from(digit + b'0')).collect();
    if digits == 1 { text } else { format!("{}.{}", &text[..1], &text[1..]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From a real perl.
    #[test]
    fn pi_is_rounded_where_it_ends() {
        let known = [(1, "3"), (2, "3.1"), (5, "3.1416"), (20, "3.1415926535897932385"), (40, "3.141592653589793238462643383279502884197"),
            (100, "3.141592653589793238462643383279502884197169399375105820974944592307816406286208998628034825342117068")];
        for (digits, text) in known {
            assert_eq!(pi(digits), text);
        }
        assert_eq!((pi(2000).len(), &pi(2000)[1991..]), (2001, "4780275901"));
    }

    #[test]
    fn other_programs_are_not_understood() {
        assert_eq!(asked(&["-Mbignum=bpi", "-wle", "print bpi(2000)"]), Some((2000, true)));
        assert_eq!(asked(&["-Mbignum=bpi", "-e", "print bpi(5);"]), Some((5, false)));
        for words in [&["-e", "print bpi(5)"][..], &["-Mbignum=bpi", "-wle", "print 1"], &["x.pl"], &[]] {
            assert_eq!(asked(words), None);
        }
    }
}
