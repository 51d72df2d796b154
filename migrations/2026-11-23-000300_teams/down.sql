DROP TABLE members, teams;
