//! One loop, compiled for several instruction sets and chosen at run time.
#![allow(unsafe_code)]

/// Declares a function whose body is compiled for AVX-512, AVX2 and the plain target.
///
/// The body is the safe twin: the three functions are the same Rust code, and differ in what LLVM may emit for it.
macro_rules! multiversion {
    ($(#[$doc:meta])* pub fn $name:ident($($arg:ident: $ty:ty),* $(,)?) $(-> $ret:ty)? $body:block) => {
        $(#[$doc])*
        #[allow(unsafe_code)]
        pub fn $name($($arg: $ty),*) $(-> $ret)? {
            #[inline(always)]
            #[allow(clippy::inline_always, clippy::too_many_arguments)]
            fn plain($($arg: $ty),*) $(-> $ret)? $body

            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx2,fma")]
                #[allow(clippy::too_many_arguments)]
                fn avx512($($arg: $ty),*) $(-> $ret)? { plain($($arg),*) }
                #[target_feature(enable = "avx2,fma")]
                #[allow(clippy::too_many_arguments)]
                fn avx2($($arg: $ty),*) $(-> $ret)? { plain($($arg),*) }

                if $crate::kernel::dispatch::may_use(2)
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512bw")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("fma")
                {
                    // SAFETY: the processor was just seen to have every feature that `avx512` enables.
                    return unsafe { avx512($($arg),*) };
                }
                if $crate::kernel::dispatch::may_use(1)
                    && is_x86_feature_detected!("avx2")
                    && is_x86_feature_detected!("fma")
                {
                    // SAFETY: the processor was just seen to have every feature that `avx2` enables.
                    return unsafe { avx2($($arg),*) };
                }
            }
            plain($($arg),*)
        }
    };
}
pub(crate) use multiversion;

/// Whether loops may use this instruction set: 1 is AVX2, 2 is AVX-512. Always, but for tests that compare them.
#[cfg(all(target_arch = "x86_64", not(test)))]
pub(crate) const fn may_use(_: u8) -> bool {
    true
}

#[cfg(all(target_arch = "x86_64", test))]
pub(crate) use limit::may_use;
#[cfg(test)]
pub(crate) use limit::on_each;

/// The widest instruction set that loops may use on this thread.
#[cfg(test)]
mod limit {
    use std::cell::Cell;

    thread_local!(static WIDEST: Cell<u8> = const { Cell::new(u8::MAX) });

    #[cfg(target_arch = "x86_64")]
    pub(crate) fn may_use(set: u8) -> bool {
        WIDEST.get() >= set
    }

    /// The results of `run` on the plain target, with AVX2 at most, and with all that the processor has.
    pub(crate) fn on_each<T>(run: impl Fn() -> T) -> [T; 3] {
        [0, 1, u8::MAX].map(|widest| {
            WIDEST.set(widest);
            let result = run();
            WIDEST.set(u8::MAX);
            result
        })
    }
}
