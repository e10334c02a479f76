DROP INDEX identities_by_schema;
DROP INDEX identities_by_state;
DROP TABLE search_words;
DROP TABLE trait_index;
