using Amavis.Configuration.Catalog;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>
/// What the original's variables hold before a file is read, as far as files build on it: values that are put into texts, lists
/// that are extended, links that are repeated. Written in the language of the files.
/// </summary>
internal static class OriginalDefaults
{
    /// <summary>Version of the original whose files are read.</summary>
    private const string Version = "2.13.0";

    private const string Settings = """
        $MYHOME = '/var/amavis'; $daemonize = 1; $localhost_name = 'localhost'; $instance_name = ''; $max_servers = 2; $max_requests = 20;
        $child_timeout = 480; $smtpd_timeout = 480; $log_level = 0; $syslog_ident = 'amavis'; $syslog_facility = 'mail'; $logline_maxlen = 980;
        $forward_method = 'smtp:[127.0.0.1]:10025'; $notify_method = 'smtp:[127.0.0.1]:10025'; $requeue_method = 'smtp:[127.0.0.1]:25';
        $release_format = 'resend'; $report_format = 'arf'; $attachment_password = ''; $attachment_email_name = 'msg-%m.eml';
        $attachment_outer_name = 'msg-%m.zip'; $file = 'file'; $MIN_EXPANSION_FACTOR = 5; $MAX_EXPANSION_FACTOR = 500;
        $virus_quarantine_method = 'local:virus-%m'; $banned_files_quarantine_method = 'local:banned-%m';
        $spam_quarantine_method = 'local:spam-%m.gz'; $bad_header_quarantine_method = 'local:badh-%m';
        $virus_quarantine_to = 'virus-quarantine'; $banned_quarantine_to = 'banned-quarantine'; $unchecked_quarantine_to = 'unchecked-quarantine';
        $spam_quarantine_to = 'spam-quarantine'; $bad_header_quarantine_to = 'bad-header-quarantine'; $clean_quarantine_to = 'clean-quarantine';
        $archive_quarantine_to = 'archive-quarantine'; $undecipherable_subject_tag = '***UNCHECKED*** '; $sa_spam_level_char = '*';
        $hdr_encoding = 'UTF-8'; $bdy_encoding = 'UTF-8'; $hdr_encoding_qb = 'Q'; $smtpd_recipient_limit = 1100; $penpals_halflife = 604800;
        $penpals_threshold_low = 1; $bounce_killer_score = 0; $dkim_minimum_key_bits = 1024; $sql_quarantine_chunksize_max = 16384;
        $final_virus_destiny = D_DISCARD; $final_banned_destiny = D_DISCARD; $final_spam_destiny = D_PASS; $final_bad_header_destiny = D_PASS;
        $final_unchecked_destiny = D_PASS; $altermime = 'altermime'; $notify_spam_recips_templ = '';
        $smtpd_greeting_banner = '${helo-name} ${protocol} ${product} service ready';
        $smtpd_quit_banner = '${helo-name} ${product} closing transmission channel';
        @altermime_args_defang = qw(--verbose --removeall); @altermime_args_disclaimer = qw(--disclaimer=/etc/altermime-disclaimer.txt);
        @inet_acl = qw(127.0.0.1 [::1]); $inet_socket_bind = ['127.0.0.1', '[::1]'];
        @mynetworks = qw(127.0.0.0/8 [::1] 169.254.0.0/16 [fe80::]/10 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 [fc00::]/7);
        @mynetworks_maps = (\@mynetworks); @ip_repu_ignore_maps = (\@ip_repu_ignore_networks);
        @client_ipaddr_policy = map { $_ => 'MYNETS' } @mynetworks_maps;
        @banned_filename_maps = ('DEFAULT'); @forward_method_maps = (\$forward_method);
        @viruses_that_fake_sender_maps = (\$viruses_that_fake_sender_re, 1); @spam_scanners = (['SpamAssassin', 'Amavis::SpamControl::SpamAssassin']);
        @remove_existing_spam_headers_maps = (\$remove_existing_spam_headers); $remove_existing_spam_headers = 1;
        @debug_sender_maps = (\@debug_sender_acl);
        @addr_extension_virus_maps = (\$addr_extension_virus); @addr_extension_banned_maps = (\$addr_extension_banned);
        @addr_extension_spam_maps = (\$addr_extension_spam); @addr_extension_bad_header_maps = (\$addr_extension_bad_header);
        @warnvirusrecip_maps = (\$warnvirusrecip); @warnbannedrecip_maps = (\$warnbannedrecip); @warnbadhrecip_maps = (\$warnbadhrecip);
        @newvirus_admin_maps = (\$newvirus_admin); @virus_admin_maps = (\%virus_admin, \$virus_admin); @spam_admin_maps = (\%spam_admin, \$spam_admin);
        @bad_header_admin_maps = (\$bad_header_admin); @banned_admin_maps = (\$banned_admin, \%virus_admin, \$virus_admin);
        @spam_quarantine_bysender_to_maps = (\$spam_quarantine_bysender_to);
        @spam_crediblefrom_dsn_cutoff_level_maps = (\$sa_crediblefrom_dsn_cutoff_level);
        @map_full_type_to_short_type_maps = (\$map_full_type_to_short_type_re); @keep_decoded_original_maps = (\$keep_decoded_original_re);
        %allowed_header_tests = map { $_ => 1 } qw(other mime syntax empty long control 8bit missing multiple); $allowed_header_tests{utf8} = 0;
        %allowed_added_header_fields = map { lc($_) => 1 } qw(Received DKIM-Signature Authentication-Results VBR-Info X-Quarantine-ID X-Amavis-Alert
          X-Amavis-Hold X-Amavis-Modified X-Amavis-PenPals X-Amavis-OS-Fingerprint X-Amavis-PolicyBank X-Spam-Status X-Spam-Level X-Spam-Flag
          X-Spam-Score X-Spam-Tests X-CRM114-Status X-CRM114-CacheID X-CRM114-Notice X-CRM114-Action X-DSPAM-Result X-DSPAM-Class X-DSPAM-Signature
          X-DSPAM-Processed X-DSPAM-Confidence X-DSPAM-Probability X-DSPAM-User X-DSPAM-Factors X-Bogosity);
        %prefer_our_added_header_fields = map { lc($_) => 1 } qw(X-Spam-Status X-Spam-Level X-Spam-Flag X-Spam-Score X-Spam-Report
          X-Spam-Checker-Version X-CRM114-Status X-CRM114-CacheID X-DSPAM-Result X-DSPAM-Signature);
        %smtpd_tls_server_options = (SSL_verifycn_scheme => 'smtp', SSL_session_cache => 2); %smtp_tls_client_options = (SSL_verifycn_scheme => 'smtp');
        %final_destiny_maps_by_ccat = (CC_VIRUS, sub { c('final_virus_destiny') }, CC_BANNED, sub { c('final_banned_destiny') },
          CC_UNCHECKED, sub { c('final_unchecked_destiny') }, CC_SPAM, sub { c('final_spam_destiny') }, CC_BADH, sub { c('final_bad_header_destiny') },
          CC_MTA.',1', D_TEMPFAIL, CC_MTA.',2', D_REJECT, CC_MTA, D_TEMPFAIL, CC_OVERSIZED, D_BOUNCE, CC_CATCHALL, D_PASS);
        %forward_method_maps_by_ccat = (CC_CATCHALL, sub { ca('forward_method_maps') });
        %lovers_maps_by_ccat = (CC_VIRUS, sub { ca('virus_lovers_maps') }, CC_BANNED, sub { ca('banned_files_lovers_maps') },
          CC_UNCHECKED, sub { ca('unchecked_lovers_maps') }, CC_SPAM, sub { ca('spam_lovers_maps') }, CC_SPAMMY, sub { ca('spam_lovers_maps') },
          CC_BADH, sub { ca('bad_header_lovers_maps') });
        %defang_maps_by_ccat = (CC_VIRUS, sub { c('defang_virus') }, CC_BANNED, sub { c('defang_banned') }, CC_UNCHECKED, sub { c('defang_undecipherable') },
          CC_SPAM, sub { c('defang_spam') }, CC_SPAMMY, sub { c('defang_spam') }, CC_BADH, sub { c('defang_bad_header') });
        %subject_tag_maps_by_ccat = (CC_VIRUS, '***INFECTED*** ', CC_BANNED, undef, CC_UNCHECKED, sub { c('undecipherable_subject_tag') }, CC_SPAM, undef,
          CC_SPAMMY.',1', sub { ca('spam_subject_tag3_maps') }, CC_SPAMMY, sub { ca('spam_subject_tag2_maps') }, CC_CLEAN.',1', sub { ca('spam_subject_tag_maps') });
        %quarantine_method_by_ccat = (CC_VIRUS, sub { c('virus_quarantine_method') }, CC_BANNED, sub { c('banned_files_quarantine_method') },
          CC_UNCHECKED, sub { c('unchecked_quarantine_method') }, CC_SPAM, sub { c('spam_quarantine_method') },
          CC_BADH, sub { c('bad_header_quarantine_method') }, CC_CLEAN, sub { c('clean_quarantine_method') });
        %quarantine_to_maps_by_ccat = (CC_VIRUS, sub { ca('virus_quarantine_to_maps') }, CC_BANNED, sub { ca('banned_quarantine_to_maps') },
          CC_UNCHECKED, sub { ca('unchecked_quarantine_to_maps') }, CC_SPAM, sub { ca('spam_quarantine_to_maps') },
          CC_BADH, sub { ca('bad_header_quarantine_to_maps') }, CC_CLEAN, sub { ca('clean_quarantine_to_maps') });
        %admin_maps_by_ccat = (CC_VIRUS, sub { ca('virus_admin_maps') }, CC_BANNED, sub { ca('banned_admin_maps') },
          CC_UNCHECKED, sub { ca('virus_admin_maps') }, CC_SPAM, sub { ca('spam_admin_maps') }, CC_BADH, sub { ca('bad_header_admin_maps') });
        %warnrecip_maps_by_ccat = (CC_VIRUS, sub { ca('warnvirusrecip_maps') }, CC_BANNED, sub { ca('warnbannedrecip_maps') }, CC_SPAM, undef,
          CC_BADH, sub { ca('warnbadhrecip_maps') });
        %warnsender_by_ccat = (CC_VIRUS, undef, CC_BANNED, sub { c('warnbannedsender') }, CC_SPAM, undef, CC_BADH, sub { c('warnbadhsender') });
        %addr_extension_maps_by_ccat = (CC_VIRUS, sub { ca('addr_extension_virus_maps') }, CC_BANNED, sub { ca('addr_extension_banned_maps') },
          CC_SPAM, sub { ca('addr_extension_spam_maps') }, CC_SPAMMY, sub { ca('addr_extension_spam_maps') },
          CC_BADH, sub { ca('addr_extension_bad_header_maps') });
        %notify_admin_templ_by_ccat = (CC_SPAM, sub { cr('notify_spam_admin_templ') }, CC_CATCHALL, sub { cr('notify_virus_admin_templ') });
        %notify_recips_templ_by_ccat = (CC_SPAM, sub { cr('notify_spam_recips_templ') }, CC_CATCHALL, sub { cr('notify_virus_recips_templ') });
        %notify_sender_templ_by_ccat = (CC_VIRUS, sub { cr('notify_virus_sender_templ') }, CC_BANNED, sub { cr('notify_virus_sender_templ') },
          CC_SPAM, sub { cr('notify_spam_sender_templ') }, CC_CATCHALL, sub { cr('notify_sender_templ') });
        %always_bcc_by_ccat = (CC_CATCHALL, sub { c('always_bcc') }); %dsn_bcc_by_ccat = (CC_CATCHALL, sub { c('dsn_bcc') });
        """;

    private static readonly ParsedFile Parsed = PerlParser.Parse(new PerlSource("default", Settings + Parts()));

    /// <summary>Maps variables that are made of older ones, by the catalog.</summary>
    private static string Parts()
    {
        var lines = from maps in VariableCatalog.All
                    where maps.Parts.Count > 0
                    let parts = VariableCatalog.All.Where(p => p.PartOf == maps.Name).Select(p => $"\\{p.Sigil}{p.Name}")
                    where maps.Name != "viruses_that_fake_sender_maps"
                    select $"\n@{maps.Name} = ({string.Join(", ", parts)});";
        return string.Concat(lines);
    }

    /// <summary>Fills the variables with what the original sets.</summary>
    public static void Fill(PerlVariables variables, ImportOptions options)
    {
        var evaluator = new Evaluator(variables, options);
        foreach (var statement in Parsed.Statements)
            evaluator.RunDefault(Parsed.Source, (Statement.Run)statement);
        Text(variables, "myhostname", options.HostName);
        Text(variables, "mydomain", ImportOptions.PlaceholderDomain).IsPlaceholder = true;
        Text(variables, "myproduct_name", "amavis");
        Text(variables, "myversion", Version);
        Text(variables, "myversion_id", "amavis-" + Version);
        Text(variables, "myversion_id_numeric", "2.013000");
        Text(variables, "myprogram_name", "amavisd");
        // The ready-made templates have names; the text of the others is not known here.
        Named(variables, "log_short_templ", new PerlValue.Routine("log_short_templ"));
        Named(variables, "log_verbose_templ", new PerlValue.Routine("log_verbose_templ"));
        Named(variables, "log_recip_templ", new PerlValue.Routine("built-in"));
        foreach (var variable in VariableCatalog.All.Where(v => v is { Sigil: '$', Kind: ValueKind.Template } && variables.Find('$', v.Name) is null))
            Named(variables, variable.Name, new PerlValue.Unknown($"the built-in text of ${variable.Name} can't be copied"));
        foreach (var (name, value) in options.Values)
            Text(variables, name, value).IsPlaceholder = false;
        variables.KeepDefaults();
    }

    private static PerlScalar Text(PerlVariables variables, string name, string value) => Named(variables, name, new PerlValue.Text(value));

    private static PerlScalar Named(PerlVariables variables, string name, PerlValue value)
    {
        var scalar = variables.Scalar(name);
        scalar.Item = new PerlItem(value, ImportStatement.Default.Position, ImportStatement.Default);
        return scalar;
    }
}
