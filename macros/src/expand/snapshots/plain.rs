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
    const __FIELD_items: ::sessio::__private::FieldOf<Vec<Item>> = ::sessio::__private::payload::<
        Vec<Item>,
    >(::sessio::__private::fresh::<Vec<Item>>);
    const __FIELD_coupon: ::sessio::__private::FieldOf<Option<String>> = ::sessio::__private::payload::<
        Option<String>,
    >(::sessio::__private::fresh::<Option<String>>);
    const __COLUMNS: &[::sessio::schema::ColumnDef] = &[];
    const __INDEXES: &[::sessio::schema::IndexDef] = &[];
    #[automatically_derived]
    impl ::sessio::model::SessionModel for Cart {
        const KIND: &'static ::core::primitive::str = "cart";
        const FIELDS: &'static [::sessio::model::Field] = &[
            ::sessio::model::Field::new("items"),
            ::sessio::model::Field::new("coupon"),
        ];
        const SCHEMA: ::sessio::schema::Schema = ::sessio::schema::Schema::new(
            "cart_sessions",
            __COLUMNS,
            __INDEXES,
        );
        const PRINCIPAL: ::core::option::Option<::core::primitive::usize> = ::core::option::Option::None;
        fn fresh() -> Self {
            Self {
                items: (__FIELD_items.fresh)(),
                coupon: (__FIELD_coupon.fresh)(),
            }
        }
        fn field(&self, index: ::core::primitive::usize) -> &dyn ::sessio::model::Value {
            match index {
                0 => (__FIELD_items.shared)(&self.items),
                1 => (__FIELD_coupon.shared)(&self.coupon),
                _ => ::sessio::__private::no_such_field("cart", index),
            }
        }
        fn field_mut(
            &mut self,
            index: ::core::primitive::usize,
        ) -> &mut dyn ::sessio::model::Value {
            match index {
                0 => (__FIELD_items.exclusive)(&mut self.items),
                1 => (__FIELD_coupon.exclusive)(&mut self.coupon),
                _ => ::sessio::__private::no_such_field("cart", index),
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
        fn set_items(&mut self, items: impl ::core::convert::Into<Vec<Item>>) {
            self.items = ::core::convert::Into::into(items);
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
        fn coupon(&self) -> ::core::option::Option<&::core::primitive::str> {
            ::core::option::Option::as_deref(&self.coupon)
        }
        /// Sets `coupon`.
        fn set_coupon(&mut self, coupon: impl ::core::convert::Into<String>) {
            self.coupon = ::core::option::Option::Some(
                ::core::convert::Into::into(coupon),
            );
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
