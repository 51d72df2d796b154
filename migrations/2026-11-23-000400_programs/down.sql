DROP TABLE acceptances, enrollments, partners, terms, programs;
