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
    const __FIELD_items: __sessio::FieldOf<Vec<Item>> = __sessio::payload::<
        Vec<Item>,
    >(__sessio::fresh)
        .cloned(__sessio::Cloning::<Vec<Item>>::CLONE);
    const __FIELD_coupon: __sessio::FieldOf<Option<String>> = __sessio::payload::<
        Option<String>,
    >(__sessio::fresh)
        .cloned(__sessio::Cloning::<Option<String>>::CLONE);
    const __COLUMNS: &[__sessio::ColumnDef] = &[];
    const __INDEXES: &[__sessio::IndexDef] = &[];
    #[automatically_derived]
    impl __sessio::SessionModel for Cart {
        const KIND: &'static __sessio::str = "cart";
        const FIELDS: &'static [__sessio::Field] = &[
            __sessio::Field::new("items"),
            __sessio::Field::new("coupon"),
        ];
        const SCHEMA: __sessio::Schema = __sessio::Schema::new(
            "cart_sessions",
            __COLUMNS,
            __INDEXES,
        );
        const PRINCIPAL: __sessio::Option<__sessio::usize> = __sessio::None;
        fn fresh() -> Self {
            Self {
                items: (__FIELD_items.fresh)(),
                coupon: (__FIELD_coupon.fresh)(),
            }
        }
        fn copy(&self) -> __sessio::Option<Self> {
            __sessio::Some(Self {
                items: (__FIELD_items.clone?)(&self.items),
                coupon: (__FIELD_coupon.clone?)(&self.coupon),
            })
        }
        fn field(&self, index: __sessio::usize) -> &dyn __sessio::Value {
            match index {
                0 => (__FIELD_items.shared)(&self.items),
                1 => (__FIELD_coupon.shared)(&self.coupon),
                _ => __sessio::no_such_field("cart", index),
            }
        }
        fn field_mut(&mut self, index: __sessio::usize) -> &mut dyn __sessio::Value {
            match index {
                0 => (__FIELD_items.exclusive)(&mut self.items),
                1 => (__FIELD_coupon.exclusive)(&mut self.coupon),
                _ => __sessio::no_such_field("cart", index),
            }
        }
    }
    #[automatically_derived]
    impl Cart {
        /// What is in it.
        ///
        /// The value of `items`.
        #[must_use]
        fn items(&self) -> &[Item] {
            &self.items
        }
        /// What is in it.
        ///
        /// Sets `items`.
        fn set_items(&mut self, items: impl __sessio::Into<Vec<Item>>) {
            self.items = __sessio::Into::into(items);
        }
        /// What is in it.
        ///
        /// The value of `items`, to be changed in place.
        #[must_use]
        fn items_mut(&mut self) -> &mut Vec<Item> {
            &mut self.items
        }
        /// What is in it.
        ///
        /// Puts `items` back to what a new visitor has.
        fn clear_items(&mut self) {
            self.items = (__FIELD_items.fresh)();
        }
        /// The value of `coupon`.
        #[must_use]
        fn coupon(&self) -> __sessio::Option<&__sessio::str> {
            __sessio::Option::as_deref(&self.coupon)
        }
        /// Sets `coupon`.
        fn set_coupon(&mut self, coupon: impl __sessio::Into<String>) {
            self.coupon = __sessio::Some(__sessio::Into::into(coupon));
        }
        /// The value of `coupon`, to be changed in place.
        #[must_use]
        fn coupon_mut(&mut self) -> &mut Option<String> {
            &mut self.coupon
        }
        /// Puts `coupon` back to what a new visitor has.
        fn clear_coupon(&mut self) {
            self.coupon = (__FIELD_coupon.fresh)();
        }
    }
    ::sessio::__bind! {
        Cart
    }
};
