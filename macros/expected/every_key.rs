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
    use crate::sessions::__private as __sessio;
    fn __fresh_label() -> String {
        ::core::convert::From::from("untitled")
    }
    fn __fresh_limit() -> u32 {
        Desk::LIMIT
    }
    fn __fresh_cache() -> Cache {
        Cache::new()
    }
    #[allow(unused_imports)]
    use __sessio::NotClone as _;
    const __FIELD_team: __sessio::ColumnOf<i64> = __sessio::column::<
        i64,
    >("team_id", __sessio::fresh)
        .cloned(__sessio::Cloning::<i64>::CLONE);
    const _: () = __sessio::assert_index_key(&__FIELD_team);
    const __FIELD_opened_by: __sessio::ColumnOf<Option<UserId>> = __sessio::principal::<
        Desk,
    >("openedBy", __sessio::fresh)
        .cloned(__sessio::Cloning::<Option<UserId>>::CLONE);
    const _: () = __sessio::assert_null_is_clear(&__FIELD_opened_by);
    const _: () = __sessio::assert_index_key(&__FIELD_opened_by);
    const __FIELD_label: __sessio::ColumnOf<String> = __sessio::column::<
        String,
    >("label", __fresh_label)
        .cloned(__sessio::Cloning::<String>::CLONE)
        .max_len(40)
        .renamed_from("title");
    const _: () = __sessio::assert_has_length(&__FIELD_label);
    const _: () = __sessio::assert_index_key(&__FIELD_label);
    const __FIELD_options: __sessio::ColumnOf<Options> = __sessio::json::<
        Options,
    >("options", __sessio::fresh)
        .cloned(__sessio::Cloning::<Options>::CLONE);
    const __FIELD_limit: __sessio::FieldOf<u32> = __sessio::payload::<u32>(__fresh_limit)
        .cloned(__sessio::Cloning::<u32>::CLONE);
    const __COLUMNS: &[__sessio::ColumnDef] = &[
        __FIELD_team.def,
        __FIELD_opened_by.def,
        __FIELD_label.def,
        __FIELD_options.def,
    ];
    const __INDEXES: &[__sessio::IndexDef] = &[
        __sessio::IndexDef::new(&["openedBy"]),
        __sessio::IndexDef::new(&["label"]).unique(),
        __sessio::IndexDef::new(&["team_id", "openedBy"]),
        __sessio::IndexDef::new(&["team_id", "label"]).unique(),
    ];
    #[automatically_derived]
    impl __sessio::SessionModel for Desk {
        const KIND: &'static __sessio::str = "desk";
        const FIELDS: &'static [__sessio::Field] = &[
            __sessio::Field::new("team").strict().column(0, __FIELD_team.codec),
            __sessio::Field::new("openedBy")
                .merge(__sessio::Merge::Reject)
                .strict()
                .column(1, __FIELD_opened_by.codec),
            __sessio::Field::new("label")
                .aliases(&["title"])
                .strict()
                .column(2, __FIELD_label.codec),
            __sessio::Field::new("options")
                .aliases(&["opts"])
                .merge(
                    __sessio::Merge::Typed(
                        &__sessio::TypedMerge::<Options>(policy::newest),
                    ),
                )
                .strict()
                .column(3, __FIELD_options.codec),
            __sessio::Field::new("n").strict(),
        ];
        const SCHEMA: __sessio::Schema = __sessio::Schema::new(
            "desks",
            __COLUMNS,
            __INDEXES,
        );
        const PRINCIPAL: __sessio::Option<__sessio::usize> = __sessio::Some(1);
        const SKIPS: bool = true;
        fn fresh() -> Self {
            Self {
                team: (__FIELD_team.field.fresh)(),
                opened_by: (__FIELD_opened_by.field.fresh)(),
                label: (__FIELD_label.field.fresh)(),
                options: (__FIELD_options.field.fresh)(),
                limit: (__FIELD_limit.fresh)(),
                cache: __fresh_cache(),
            }
        }
        fn copy(&self) -> __sessio::Option<Self> {
            __sessio::Some(Self {
                team: (__FIELD_team.field.clone?)(&self.team),
                opened_by: (__FIELD_opened_by.field.clone?)(&self.opened_by),
                label: (__FIELD_label.field.clone?)(&self.label),
                options: (__FIELD_options.field.clone?)(&self.options),
                limit: (__FIELD_limit.clone?)(&self.limit),
                cache: __fresh_cache(),
            })
        }
        fn has_principal(&self) -> bool {
            __sessio::has_principal(self)
        }
        fn field(&self, index: __sessio::usize) -> &dyn __sessio::Value {
            match index {
                0 => (__FIELD_team.field.shared)(&self.team),
                1 => (__FIELD_opened_by.field.shared)(&self.opened_by),
                2 => (__FIELD_label.field.shared)(&self.label),
                3 => (__FIELD_options.field.shared)(&self.options),
                4 => (__FIELD_limit.shared)(&self.limit),
                _ => __sessio::no_such_field("desk", index),
            }
        }
        fn field_mut(&mut self, index: __sessio::usize) -> &mut dyn __sessio::Value {
            match index {
                0 => (__FIELD_team.field.exclusive)(&mut self.team),
                1 => (__FIELD_opened_by.field.exclusive)(&mut self.opened_by),
                2 => (__FIELD_label.field.exclusive)(&mut self.label),
                3 => (__FIELD_options.field.exclusive)(&mut self.options),
                4 => (__FIELD_limit.exclusive)(&mut self.limit),
                _ => __sessio::no_such_field("desk", index),
            }
        }
    }
    #[automatically_derived]
    impl __sessio::PrincipalSource for Desk {
        type Field = Option<UserId>;
        fn principal_field(&self) -> &Self::Field {
            &self.opened_by
        }
        fn principal_field_mut(&mut self) -> &mut Self::Field {
            &mut self.opened_by
        }
    }
    #[automatically_derived]
    impl Desk {
        /// The value of `team`.
        #[must_use]
        pub(crate) fn team(&self) -> i64 {
            self.team
        }
        /// Sets `team`.
        pub(crate) fn set_team(&mut self, team: i64) {
            self.team = team;
        }
        /// The value of `team`, to be changed in place.
        #[must_use]
        pub(crate) fn team_mut(&mut self) -> &mut i64 {
            &mut self.team
        }
        /// Puts `team` back to what a new visitor has.
        pub(crate) fn clear_team(&mut self) {
            self.team = (__FIELD_team.field.fresh)();
        }
        /// The value of `opened_by`.
        #[must_use]
        pub(crate) fn opened_by(&self) -> __sessio::Option<&UserId> {
            __sessio::Option::as_ref(&self.opened_by)
        }
        /// Sets `opened_by`.
        pub(crate) fn set_opened_by(&mut self, opened_by: impl __sessio::Into<UserId>) {
            self.opened_by = __sessio::Some(__sessio::Into::into(opened_by));
        }
        /// The value of `opened_by`, to be changed in place.
        #[must_use]
        pub(crate) fn opened_by_mut(&mut self) -> &mut Option<UserId> {
            &mut self.opened_by
        }
        /// Puts `opened_by` back to what a new visitor has.
        pub(crate) fn clear_opened_by(&mut self) {
            self.opened_by = (__FIELD_opened_by.field.fresh)();
        }
        /// The value of `label`.
        #[must_use]
        pub(crate) fn label(&self) -> &__sessio::str {
            &self.label
        }
        /// Sets `label`.
        pub(crate) fn set_label(&mut self, label: impl __sessio::Into<String>) {
            self.label = __sessio::Into::into(label);
        }
        /// The value of `label`, to be changed in place.
        #[must_use]
        pub(crate) fn label_mut(&mut self) -> &mut String {
            &mut self.label
        }
        /// Puts `label` back to what a new visitor has.
        pub(crate) fn clear_label(&mut self) {
            self.label = (__FIELD_label.field.fresh)();
        }
        /// The value of `options`.
        #[must_use]
        pub(crate) fn options(&self) -> &Options {
            &self.options
        }
        /// Sets `options`.
        pub(crate) fn set_options(&mut self, options: impl __sessio::Into<Options>) {
            self.options = __sessio::Into::into(options);
        }
        /// The value of `options`, to be changed in place.
        #[must_use]
        pub(crate) fn options_mut(&mut self) -> &mut Options {
            &mut self.options
        }
        /// Puts `options` back to what a new visitor has.
        pub(crate) fn clear_options(&mut self) {
            self.options = (__FIELD_options.field.fresh)();
        }
        /// The value of `limit`.
        #[must_use]
        pub(crate) fn limit(&self) -> u32 {
            self.limit
        }
        /// Sets `limit`.
        pub(crate) fn set_limit(&mut self, limit: u32) {
            self.limit = limit;
        }
        /// The value of `limit`, to be changed in place.
        #[must_use]
        pub(crate) fn limit_mut(&mut self) -> &mut u32 {
            &mut self.limit
        }
        /// Puts `limit` back to what a new visitor has.
        pub(crate) fn clear_limit(&mut self) {
            self.limit = (__FIELD_limit.fresh)();
        }
    }
    #[automatically_derived]
    impl Desk {
        /// Finds the sessions whose `opened_by` is this.
        ///
        /// # Errors
        ///
        /// When the store does not answer.
        pub(crate) async fn find_by_opened_by<'a, S>(
            sessions: impl __sessio::Into<__sessio::Sessions<'a, S>>,
            opened_by: impl __sessio::Into<UserId>,
        ) -> __sessio::Result<
            __sessio::Vec<__sessio::Stored<Self>>,
            __sessio::StoreError,
        >
        where
            S: __sessio::FindByColumn<Model = Self>,
        {
            __sessio::Into::<__sessio::Sessions<'a, S>>::into(sessions)
                .find_by_column(
                    1,
                    &__FIELD_opened_by
                        .to_column(&__sessio::Some(__sessio::Into::into(opened_by))),
                )
                .await
        }
        /// Ends the sessions whose `opened_by` is this, and says how many there were.
        ///
        /// # Errors
        ///
        /// When the store does not answer.
        pub(crate) async fn delete_by_opened_by<'a, S>(
            sessions: impl __sessio::Into<__sessio::Sessions<'a, S>>,
            opened_by: impl __sessio::Into<UserId>,
        ) -> __sessio::Result<__sessio::u64, __sessio::StoreError>
        where
            S: __sessio::FindByColumn<Model = Self>,
        {
            __sessio::Into::<__sessio::Sessions<'a, S>>::into(sessions)
                .delete_by_column(
                    1,
                    &__FIELD_opened_by
                        .to_column(&__sessio::Some(__sessio::Into::into(opened_by))),
                    __sessio::None,
                )
                .await
        }
        /// Finds the sessions whose `label` is this.
        ///
        /// # Errors
        ///
        /// When the store does not answer.
        pub(crate) async fn find_by_label<'a, S>(
            sessions: impl __sessio::Into<__sessio::Sessions<'a, S>>,
            label: impl __sessio::Into<String>,
        ) -> __sessio::Result<
            __sessio::Vec<__sessio::Stored<Self>>,
            __sessio::StoreError,
        >
        where
            S: __sessio::FindByColumn<Model = Self>,
        {
            __sessio::Into::<__sessio::Sessions<'a, S>>::into(sessions)
                .find_by_column(
                    2,
                    &__FIELD_label.to_column(&__sessio::Into::into(label)),
                )
                .await
        }
        /// Ends the sessions whose `label` is this, and says how many there were.
        ///
        /// # Errors
        ///
        /// When the store does not answer.
        pub(crate) async fn delete_by_label<'a, S>(
            sessions: impl __sessio::Into<__sessio::Sessions<'a, S>>,
            label: impl __sessio::Into<String>,
        ) -> __sessio::Result<__sessio::u64, __sessio::StoreError>
        where
            S: __sessio::FindByColumn<Model = Self>,
        {
            __sessio::Into::<__sessio::Sessions<'a, S>>::into(sessions)
                .delete_by_column(
                    2,
                    &__FIELD_label.to_column(&__sessio::Into::into(label)),
                    __sessio::None,
                )
                .await
        }
    }
    crate::sessions::__bind! {
        pub (crate) Desk
    }
};
