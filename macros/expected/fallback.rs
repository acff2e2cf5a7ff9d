::core::compile_error! {
    "unknown key `indx`; did you mean `index`?"
}
#[allow(
    dead_code,
    deprecated,
    non_snake_case,
    non_upper_case_globals,
    unused_qualifications,
    unused_variables,
    clippy::all,
    clippy::nursery,
    clippy::pedantic,
)]
const _: () = {
    use ::sessio::__private as __sessio;
    #[automatically_derived]
    impl __sessio::SessionModel for Cart
    where
        Self: ::core::marker::Sized + ::core::marker::Send + ::core::marker::Sync
            + 'static,
    {
        const KIND: &'static __sessio::str = "";
        const FIELDS: &'static [__sessio::Field] = &[];
        const SCHEMA: __sessio::Schema = __sessio::Schema::new("", &[], &[]);
        const PRINCIPAL: __sessio::Option<__sessio::usize> = __sessio::None;
        fn fresh() -> Self {
            ::core::unreachable!()
        }
        fn copy(&self) -> __sessio::Option<Self> {
            ::core::unreachable!()
        }
        fn field(&self, _: __sessio::usize) -> &dyn __sessio::Value {
            ::core::unreachable!()
        }
        fn field_mut(&mut self, _: __sessio::usize) -> &mut dyn __sessio::Value {
            ::core::unreachable!()
        }
    }
    const __FIELD_user_id: __sessio::FieldOf<i64> = __sessio::mistaken::<i64>();
    const __FIELD_notice: __sessio::FieldOf<Option<String>> = __sessio::mistaken::<
        Option<String>,
    >();
    #[automatically_derived]
    impl Cart {
        /// The value of `user_id`.
        #[must_use]
        fn user_id(&self) -> i64 {
            self.user_id
        }
        /// Sets `user_id`.
        fn set_user_id(&mut self, user_id: i64) {
            self.user_id = user_id;
        }
        /// The value of `user_id`, to be changed in place.
        #[must_use]
        fn user_id_mut(&mut self) -> &mut i64 {
            &mut self.user_id
        }
        /// Puts `user_id` back to what a new visitor has.
        fn clear_user_id(&mut self) {
            self.user_id = (__FIELD_user_id.fresh)();
        }
        /// The value of `notice`.
        #[must_use]
        fn notice(&self) -> __sessio::Option<&__sessio::str> {
            __sessio::Option::as_deref(&self.notice)
        }
        /// Sets `notice`.
        fn set_notice(&mut self, notice: impl __sessio::Into<String>) {
            self.notice = __sessio::Some(__sessio::Into::into(notice));
        }
        /// The value of `notice`, to be changed in place.
        #[must_use]
        fn notice_mut(&mut self) -> &mut Option<String> {
            &mut self.notice
        }
        /// Puts `notice` back to what a new visitor has.
        fn clear_notice(&mut self) {
            self.notice = (__FIELD_notice.fresh)();
        }
        /// Takes the value of `notice` and leaves what a new visitor has.
        fn take_notice(&mut self) -> Option<String> {
            __sessio::replace(&mut self.notice, (__FIELD_notice.fresh)())
        }
    }
    ::sessio::__bind! {
        Cart
    }
};
