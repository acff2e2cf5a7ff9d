-- sessio: shop_sessions: undo: create the table
-- Generated from the struct. Review it, and do not change it once it has run.
-- destructive: every session ends

DROP TABLE "shop_sessions";
