-- What a company teaches its partners.
CREATE TABLE courses (
    id uuid PRIMARY KEY,
    company_id uuid NOT NULL REFERENCES companies,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, company_id)
);
CREATE UNIQUE INDEX courses_name ON courses (company_id, lower(name));

CREATE TABLE lessons (
    id uuid PRIMARY KEY,
    course_id uuid NOT NULL REFERENCES courses,
    position integer NOT NULL CHECK (position > 0),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 150),
    -- Markdown
    body text NOT NULL CHECK (length(body) <= 1000000),
    -- NULL while a draft
    published_at timestamptz,
    -- looked at when a statement ends, so that one statement swaps two lessons
    UNIQUE (course_id, position) DEFERRABLE INITIALLY IMMEDIATE
);

-- Courses given to a program.
CREATE TABLE program_courses (
    company_id uuid NOT NULL,
    program_id uuid NOT NULL,
    course_id uuid NOT NULL,
    required boolean NOT NULL DEFAULT false,
    PRIMARY KEY (program_id, course_id),
    FOREIGN KEY (program_id, company_id) REFERENCES programs (id, company_id),
    FOREIGN KEY (course_id, company_id) REFERENCES courses (id, company_id)
);
CREATE INDEX program_courses_course_id ON program_courses (course_id);

CREATE TABLE completions (
    lesson_id uuid NOT NULL REFERENCES lessons,
    member_id uuid NOT NULL REFERENCES members,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (lesson_id, member_id)
);
CREATE INDEX completions_member_id ON completions (member_id);

-- When a member had done every lesson that was published then: a lesson published later does not undo it.
CREATE TABLE course_completions (
    course_id uuid NOT NULL REFERENCES courses,
    member_id uuid NOT NULL REFERENCES members,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (course_id, member_id)
);
CREATE INDEX course_completions_member_id ON course_completions (member_id);
