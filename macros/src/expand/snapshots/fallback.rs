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
    #[automatically_derived]
    impl ::sessio::model::SessionModel for Cart
    where
        Self: ::core::marker::Sized + ::core::marker::Send + ::core::marker::Sync
            + 'static,
    {
        const KIND: &'static ::core::primitive::str = "";
        const FIELDS: &'static [::sessio::model::Field] = &[];
        const SCHEMA: ::sessio::schema::Schema = ::sessio::schema::Schema::new(
            "",
            &[],
            &[],
        );
        const PRINCIPAL: ::core::option::Option<::core::primitive::usize> = ::core::option::Option::None;
        fn fresh() -> Self {
            ::core::unreachable!()
        }
        fn field(&self, _: ::core::primitive::usize) -> &dyn ::sessio::model::Value {
            ::core::unreachable!()
        }
        fn field_mut(
            &mut self,
            _: ::core::primitive::usize,
        ) -> &mut dyn ::sessio::model::Value {
            ::core::unreachable!()
        }
    }
    const __FIELD_user_id: ::sessio::__private::FieldOf<i64> = ::sessio::__private::mistaken::<
        i64,
    >();
    const __FIELD_notice: ::sessio::__private::FieldOf<Option<String>> = ::sessio::__private::mistaken::<
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
        fn notice(&self) -> ::core::option::Option<&::core::primitive::str> {
            ::core::option::Option::as_deref(&self.notice)
        }
        /// Sets `notice`.
        fn set_notice(&mut self, notice: impl ::core::convert::Into<String>) {
            self.notice = ::core::option::Option::Some(
                ::core::convert::Into::into(notice),
            );
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
            ::core::mem::replace(&mut self.notice, (__FIELD_notice.fresh)())
        }
    }
    ::sessio::__bind! {
        Cart
    }
};
