-- A company's audit log narrowed to one person, or to one action, newest first.
CREATE INDEX audit_company_user ON audit (company_id, user_id, at DESC, id DESC) WHERE company_id IS NOT NULL;
CREATE INDEX audit_company_action ON audit (company_id, action, at DESC, id DESC) WHERE company_id IS NOT NULL;
