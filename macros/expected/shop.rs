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
    #[allow(unused_imports)]
    use __sessio::NotClone as _;
    const __FIELD_user_id: __sessio::ColumnOf<Option<i64>> = __sessio::principal::<
        Shop,
    >("user_id", __sessio::fresh)
        .cloned(__sessio::Cloning::<Option<i64>>::CLONE);
    const _: () = __sessio::assert_null_is_clear(&__FIELD_user_id);
    const _: () = __sessio::assert_index_key(&__FIELD_user_id);
    const __FIELD_cart: __sessio::FieldOf<Vec<Item>> = __sessio::payload::<
        Vec<Item>,
    >(__sessio::fresh)
        .cloned(__sessio::Cloning::<Vec<Item>>::CLONE);
    const __FIELD_visits: __sessio::FieldOf<u32> = __sessio::payload::<
        u32,
    >(__sessio::fresh)
        .cloned(__sessio::Cloning::<u32>::CLONE);
    const __FIELD_notice: __sessio::FieldOf<Option<String>> = __sessio::payload::<
        Option<String>,
    >(__sessio::fresh)
        .cloned(__sessio::Cloning::<Option<String>>::CLONE);
    const __COLUMNS: &[__sessio::ColumnDef] = &[__FIELD_user_id.def];
    const __INDEXES: &[__sessio::IndexDef] = &[__sessio::IndexDef::new(&["user_id"])];
    #[automatically_derived]
    impl __sessio::SessionModel for Shop {
        const KIND: &'static __sessio::str = "shop";
        const FIELDS: &'static [__sessio::Field] = &[
            __sessio::Field::new("user_id").column(0, __FIELD_user_id.codec),
            __sessio::Field::new("cart"),
            __sessio::Field::new("visits")
                .merge(
                    __sessio::Merge::Typed(
                        &__sessio::TypedMerge::<u32>(__sessio::merge::add),
                    ),
                ),
            __sessio::Field::new("notice")
                .merge(
                    __sessio::Merge::Typed(
                        &__sessio::TypedMerge::<Option<String>>(__sessio::merge::flash),
                    ),
                ),
        ];
        const SCHEMA: __sessio::Schema = __sessio::Schema::new(
            "shop_sessions",
            __COLUMNS,
            __INDEXES,
        );
        const PRINCIPAL: __sessio::Option<__sessio::usize> = __sessio::Some(0);
        fn fresh() -> Self {
            Self {
                user_id: (__FIELD_user_id.field.fresh)(),
                cart: (__FIELD_cart.fresh)(),
                visits: (__FIELD_visits.fresh)(),
                notice: (__FIELD_notice.fresh)(),
            }
        }
        fn copy(&self) -> __sessio::Option<Self> {
            __sessio::Some(Self {
                user_id: (__FIELD_user_id.field.clone?)(&self.user_id),
                cart: (__FIELD_cart.clone?)(&self.cart),
                visits: (__FIELD_visits.clone?)(&self.visits),
                notice: (__FIELD_notice.clone?)(&self.notice),
            })
        }
        fn has_principal(&self) -> bool {
            __sessio::has_principal(self)
        }
        fn field(&self, index: __sessio::usize) -> &dyn __sessio::Value {
            match index {
                0 => (__FIELD_user_id.field.shared)(&self.user_id),
                1 => (__FIELD_cart.shared)(&self.cart),
                2 => (__FIELD_visits.shared)(&self.visits),
                3 => (__FIELD_notice.shared)(&self.notice),
                _ => __sessio::no_such_field("shop", index),
            }
        }
        fn field_mut(&mut self, index: __sessio::usize) -> &mut dyn __sessio::Value {
            match index {
                0 => (__FIELD_user_id.field.exclusive)(&mut self.user_id),
                1 => (__FIELD_cart.exclusive)(&mut self.cart),
                2 => (__FIELD_visits.exclusive)(&mut self.visits),
                3 => (__FIELD_notice.exclusive)(&mut self.notice),
                _ => __sessio::no_such_field("shop", index),
            }
        }
    }
    #[automatically_derived]
    impl __sessio::PrincipalSource for Shop {
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
            self.user_id = __sessio::Some(user_id);
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
        pub fn set_cart(&mut self, cart: impl __sessio::Into<Vec<Item>>) {
            self.cart = __sessio::Into::into(cart);
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
        pub fn notice(&self) -> __sessio::Option<&__sessio::str> {
            __sessio::Option::as_deref(&self.notice)
        }
        /// Sets `notice`.
        pub fn set_notice(&mut self, notice: impl __sessio::Into<String>) {
            self.notice = __sessio::Some(__sessio::Into::into(notice));
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
            __sessio::replace(&mut self.notice, (__FIELD_notice.fresh)())
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
            sessions: impl __sessio::Into<__sessio::Sessions<'a, S>>,
            user_id: i64,
        ) -> __sessio::Result<
            __sessio::Vec<__sessio::Stored<Self>>,
            __sessio::StoreError,
        >
        where
            S: __sessio::FindByColumn<Model = Self>,
        {
            __sessio::Into::<__sessio::Sessions<'a, S>>::into(sessions)
                .find_by_column(0, &__FIELD_user_id.to_column(&__sessio::Some(user_id)))
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
            sessions: impl __sessio::Into<__sessio::Sessions<'a, S>>,
            user_id: i64,
        ) -> __sessio::Result<__sessio::u64, __sessio::StoreError>
        where
            S: __sessio::FindByColumn<Model = Self>,
        {
            __sessio::Into::<__sessio::Sessions<'a, S>>::into(sessions)
                .delete_by_column(
                    0,
                    &__FIELD_user_id.to_column(&__sessio::Some(user_id)),
                    __sessio::None,
                )
                .await
        }
    }
    ::sessio::__bind! {
        pub Shop
    }
};
