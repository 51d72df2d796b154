DROP TABLE setups, staff, companies;
