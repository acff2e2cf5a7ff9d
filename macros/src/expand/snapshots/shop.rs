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
    const __FIELD_user_id: ::sessio::__private::ColumnOf<Option<i64>> = ::sessio::__private::principal::<
        Shop,
    >("user_id", ::sessio::__private::fresh::<Option<i64>>);
    const _: () = ::sessio::__private::assert_null_is_clear(&__FIELD_user_id);
    const _: () = ::sessio::__private::assert_index_key(&__FIELD_user_id);
    const __FIELD_cart: ::sessio::__private::FieldOf<Vec<Item>> = ::sessio::__private::payload::<
        Vec<Item>,
    >(::sessio::__private::fresh::<Vec<Item>>);
    const __FIELD_visits: ::sessio::__private::FieldOf<u32> = ::sessio::__private::payload::<
        u32,
    >(::sessio::__private::fresh::<u32>);
    const __FIELD_notice: ::sessio::__private::FieldOf<Option<String>> = ::sessio::__private::payload::<
        Option<String>,
    >(::sessio::__private::fresh::<Option<String>>);
    const __COLUMNS: &[::sessio::schema::ColumnDef] = &[__FIELD_user_id.def];
    const __INDEXES: &[::sessio::schema::IndexDef] = &[
        ::sessio::schema::IndexDef::new(&["user_id"]),
    ];
    #[automatically_derived]
    impl ::sessio::model::SessionModel for Shop {
        const KIND: &'static ::core::primitive::str = "shop";
        const FIELDS: &'static [::sessio::model::Field] = &[
            ::sessio::model::Field::new("user_id").column(0, __FIELD_user_id.codec),
            ::sessio::model::Field::new("cart"),
            ::sessio::model::Field::new("visits")
                .merge(
                    ::sessio::merge::Merge::Typed(
                        &::sessio::model::TypedMerge::<u32>(::sessio::merge::add),
                    ),
                ),
            ::sessio::model::Field::new("notice")
                .merge(
                    ::sessio::merge::Merge::Typed(
                        &::sessio::model::TypedMerge::<
                            Option<String>,
                        >(::sessio::merge::flash),
                    ),
                ),
        ];
        const SCHEMA: ::sessio::schema::Schema = ::sessio::schema::Schema::new(
            "shop_sessions",
            __COLUMNS,
            __INDEXES,
        );
        const PRINCIPAL: ::core::option::Option<::core::primitive::usize> = ::core::option::Option::Some(
            0,
        );
        fn fresh() -> Self {
            Self {
                user_id: (__FIELD_user_id.field.fresh)(),
                cart: (__FIELD_cart.fresh)(),
                visits: (__FIELD_visits.fresh)(),
                notice: (__FIELD_notice.fresh)(),
            }
        }
        fn field(&self, index: ::core::primitive::usize) -> &dyn ::sessio::model::Value {
            match index {
                0 => (__FIELD_user_id.field.shared)(&self.user_id),
                1 => (__FIELD_cart.shared)(&self.cart),
                2 => (__FIELD_visits.shared)(&self.visits),
                3 => (__FIELD_notice.shared)(&self.notice),
                _ => ::sessio::__private::no_such_field("shop", index),
            }
        }
        fn field_mut(
            &mut self,
            index: ::core::primitive::usize,
        ) -> &mut dyn ::sessio::model::Value {
            match index {
                0 => (__FIELD_user_id.field.exclusive)(&mut self.user_id),
                1 => (__FIELD_cart.exclusive)(&mut self.cart),
                2 => (__FIELD_visits.exclusive)(&mut self.visits),
                3 => (__FIELD_notice.exclusive)(&mut self.notice),
                _ => ::sessio::__private::no_such_field("shop", index),
            }
        }
    }
    #[automatically_derived]
    impl ::sessio::__private::PrincipalSource for Shop {
        type Field = Option<i64>;
        fn principal_field(&self) -> &Self::Field {
            &self.user_id
        }
        fn principal_field_mut(&mut self) -> &mut Self::Field {
            &mut self.user_id
        }
    }
    #[automatically_derived]
    impl Shop {
        /// Who is signed in.
        ///
        /// The value of `user_id`.
        #[must_use]
        pub fn user_id(&self) -> Option<i64> {
            self.user_id
        }
        /// Who is signed in.
        ///
        /// Sets `user_id`.
        pub fn set_user_id(&mut self, user_id: i64) {
            self.user_id = ::core::option::Option::Some(user_id);
        }
        /// Who is signed in.
        ///
        /// The value of `user_id`, to be changed in place.
        #[must_use]
        pub fn user_id_mut(&mut self) -> &mut Option<i64> {
            &mut self.user_id
        }
        /// Who is signed in.
        ///
        /// Puts `user_id` back to what a new visitor has.
        pub fn clear_user_id(&mut self) {
            self.user_id = (__FIELD_user_id.field.fresh)();
        }
        /// The value of `cart`.
        #[must_use]
        pub fn cart(&self) -> &[Item] {
            &self.cart
        }
        /// Sets `cart`.
        pub fn set_cart(&mut self, cart: impl ::core::convert::Into<Vec<Item>>) {
            self.cart = ::core::convert::Into::into(cart);
        }
        /// The value of `cart`, to be changed in place.
        #[must_use]
        pub fn cart_mut(&mut self) -> &mut Vec<Item> {
            &mut self.cart
        }
        /// Puts `cart` back to what a new visitor has.
        pub fn clear_cart(&mut self) {
            self.cart = (__FIELD_cart.fresh)();
        }
        /// The value of `visits`.
        #[must_use]
        pub fn visits(&self) -> u32 {
            self.visits
        }
        /// Sets `visits`.
        pub fn set_visits(&mut self, visits: u32) {
            self.visits = visits;
        }
        /// The value of `visits`, to be changed in place.
        #[must_use]
        pub fn visits_mut(&mut self) -> &mut u32 {
            &mut self.visits
        }
        /// Puts `visits` back to what a new visitor has.
        pub fn clear_visits(&mut self) {
            self.visits = (__FIELD_visits.fresh)();
        }
        /// The value of `notice`.
        #[must_use]
        pub fn notice(&self) -> ::core::option::Option<&::core::primitive::str> {
            ::core::option::Option::as_deref(&self.notice)
        }
        /// Sets `notice`.
        pub fn set_notice(&mut self, notice: impl ::core::convert::Into<String>) {
            self.notice = ::core::option::Option::Some(
                ::core::convert::Into::into(notice),
            );
        }
        /// The value of `notice`, to be changed in place.
        #[must_use]
        pub fn notice_mut(&mut self) -> &mut Option<String> {
            &mut self.notice
        }
        /// Puts `notice` back to what a new visitor has.
        pub fn clear_notice(&mut self) {
            self.notice = (__FIELD_notice.fresh)();
        }
        /// Takes the value of `notice` and leaves what a new visitor has.
        pub fn take_notice(&mut self) -> Option<String> {
            ::core::mem::replace(&mut self.notice, (__FIELD_notice.fresh)())
        }
    }
    #[automatically_derived]
    impl Shop {
        /// Who is signed in.
        ///
        /// Finds the sessions whose `user_id` is this.
        ///
        /// # Errors
        ///
        /// When the store does not answer.
        pub async fn find_by_user_id<'a, S>(
            sessions: impl ::core::convert::Into<::sessio::Sessions<'a, S>>,
            user_id: i64,
        ) -> ::core::result::Result<
            ::sessio::__private::Vec<::sessio::Stored<Self>>,
            ::sessio::store::StoreError,
        >
        where
            S: ::sessio::store::FindByColumn<Model = Self>,
        {
            ::core::convert::Into::<::sessio::Sessions<'a, S>>::into(sessions)
                .find_by_column(
                    0,
                    &__FIELD_user_id.to_column(&::core::option::Option::Some(user_id)),
                )
                .await
        }
        /// Who is signed in.
        ///
        /// Ends the sessions whose `user_id` is this, and says how many there were.
        ///
        /// # Errors
        ///
        /// When the store does not answer.
        pub async fn delete_by_user_id<'a, S>(
            sessions: impl ::core::convert::Into<::sessio::Sessions<'a, S>>,
            user_id: i64,
        ) -> ::core::result::Result<::core::primitive::u64, ::sessio::store::StoreError>
        where
            S: ::sessio::store::FindByColumn<Model = Self>,
        {
            ::core::convert::Into::<::sessio::Sessions<'a, S>>::into(sessions)
                .delete_by_column(
                    0,
                    &__FIELD_user_id.to_column(&::core::option::Option::Some(user_id)),
                    ::core::option::Option::None,
                )
                .await
        }
    }
    ::sessio::__bind! {
        pub Shop
    }
};
