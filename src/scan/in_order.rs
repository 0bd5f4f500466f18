//! Order among threads: turns that must be taken one after the other, and results consumed in order.
//!
//! Both can be shut, which wakes and dismisses everybody who waits. A thread that panics shuts them on its
//! way out, so nobody waits for a turn that never comes.

use std::{
    collections::VecDeque,
    ops::ControlFlow,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that threads change in a fixed order.
pub(super) struct Turnstile<S> {
    inner: Mutex<Turns<S>>,
    turned: Condvar,
}

struct Turns<S> {
    next: u64,
    shut: bool,
    shared: S,
}

impl<S> Turnstile<S> {
    pub(super) fn new(shared: S) -> Self {
        Self { inner: Mutex::new(Turns { next: 0, shut: false, shared }), turned: Condvar::new() }
    }

    /// Waits until all earlier numbers have passed, then lets `change` run; `None` when shut.
    pub(super) fn pass<R>(&self, number: u64, change: impl FnOnce(&mut S) -> R) -> Option<R> {
        let mut turns = lock(&self.inner);
        while turns.next != number && !turns.shut {
            turns = self.turned.wait(turns).unwrap_or_else(PoisonError::into_inner);
        }
        if turns.shut {
            return None;
        }
        let result = change(&mut turns.shared);
        turns.next += 1;
        drop(turns);
        self.turned.notify_all();
        Some(result)
    }

    /// Dismisses everybody who waits and whoever comes.
    pub(super) fn shut(&self) {
        lock(&self.inner).shut = true;
        self.turned.notify_all();
    }

    pub(super) fn into_shared(self) -> S {
        self.inner.into_inner().unwrap_or_else(PoisonError::into_inner).shared
    }
}

/// Takes results in any order and consumes them in the order of their numbers.
///
/// One thread at a time consumes; the others leave their results and go on, unless they are `ahead_max`
/// numbers ahead of the one that is missing.
pub(crate) struct InOrder<T, C> {
    inner: Mutex<Pending<T>>,
    advanced: Condvar,
    consumer: Mutex<C>,
    ahead_max: u64,
}

struct Pending<T> {
    /// The number that is to be consumed next: the front of the queue.
    next: u64,
    queue: VecDeque<Delivery<T>>,
    is_consuming: bool,
    shut: bool,
}

/// What has come for a number.
enum Delivery<T> {
    Awaited,
    Nothing,
    Result(T),
}

impl<T, C: FnMut(T) -> ControlFlow<()>> InOrder<T, C> {
    pub(crate) fn new(consumer: C, ahead_max: u64) -> Self {
        let pending = Pending { next: 0, queue: VecDeque::new(), is_consuming: false, shut: false };
        Self {
            inner: Mutex::new(pending),
            advanced: Condvar::new(),
            consumer: Mutex::new(consumer),
            ahead_max,
        }
    }

    /// Waits until `number` is not too far ahead; `false` when shut.
    pub(crate) fn admit(&self, number: u64) -> bool {
        let mut pending = lock(&self.inner);
        while number >= pending.next + self.ahead_max && !pending.shut {
            pending = self.advanced.wait(pending).unwrap_or_else(PoisonError::into_inner);
        }
        !pending.shut
    }

    /// Leaves the result of `number`, if it has one, and consumes what is in turn. Breaks when the
    /// consumer wants no more.
    pub(crate) fn deliver(&self, number: u64, result: Option<T>) -> ControlFlow<()> {
        let mut pending = lock(&self.inner);
        let place = usize::try_from(number - pending.next).expect("few numbers are ahead");
        if pending.queue.len() <= place {
            pending.queue.resize_with(place + 1, || Delivery::Awaited);
        }
        pending.queue[place] = result.map_or(Delivery::Nothing, Delivery::Result);
        if pending.is_consuming {
            return ControlFlow::Continue(());
        }
        pending.is_consuming = true;
        while !pending.shut {
            let delivery = match pending.queue.front() {
                None | Some(Delivery::Awaited) => break,
                Some(_) => pending.queue.pop_front(),
            };
            pending.next += 1;
            if let Some(Delivery::Result(result)) = delivery {
                drop(pending);
                self.advanced.notify_all();
                let wanted_more = (lock(&self.consumer))(result);
                pending = lock(&self.inner);
                pending.shut |= wanted_more.is_break();
            }
        }
        pending.is_consuming = false;
        let shut = pending.shut;
        drop(pending);
        self.advanced.notify_all();
        if shut { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Dismisses everybody who waits and whoever comes.
    pub(super) fn shut(&self) {
        lock(&self.inner).shut = true;
        self.advanced.notify_all();
    }

    /// Shuts it if this thread panics while it holds the answer: nobody waits for a result that never comes.
    pub(crate) fn shut_on_panic(&self) -> impl Drop + '_ {
        ShutOnPanic(self)
    }

    /// Whether it was shut, by the consumer or otherwise.
    pub(super) fn is_shut(&self) -> bool {
        lock(&self.inner).shut
    }
}

/// See [`InOrder::shut_on_panic`].
struct ShutOnPanic<'i, T, C: FnMut(T) -> ControlFlow<()>>(&'i InOrder<T, C>);

impl<T, C: FnMut(T) -> ControlFlow<()>> Drop for ShutOnPanic<'_, T, C> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.shut();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_consumed_in_order_from_any_thread() {
        let mut seen = Vec::new();
        let results = InOrder::new(
            |number: u64| {
                seen.push(number);
                ControlFlow::Continue(())
            },
            4,
        );
        std::thread::scope(|scope| {
            for thread in 0..3 {
                let results = &results;
                scope.spawn(move || {
                    for number in (thread..300).step_by(3) {
                        assert!(results.admit(number));
                        assert!(results.deliver(number, (number % 7 != 0).then_some(number)).is_continue());
                    }
                });
            }
        });
        drop(results);
        assert_eq!(seen, (0..300).filter(|number| number % 7 != 0).collect::<Vec<_>>());
    }

    #[test]
    fn who_waits_is_dismissed() {
        let turns = Turnstile::new(());
        let results = InOrder::new(|(): ()| ControlFlow::Continue(()), 1);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| (turns.pass(1, |()| ()), results.admit(1)));
            turns.shut();
            results.shut();
            assert_eq!(waiting.join().unwrap(), (None, false));
        });
    }
}
