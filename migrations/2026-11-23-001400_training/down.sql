DROP TABLE course_completions, completions, program_courses, lessons, courses;
