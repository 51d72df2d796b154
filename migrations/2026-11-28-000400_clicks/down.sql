DROP TABLE click_days, click_salts, clicks;
