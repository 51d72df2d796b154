DROP INDEX audit_company_user, audit_company_action;
