using System.Text;

namespace Amavis.Demo;

/// <summary>The configuration file of the demonstration.</summary>
internal static class DemoConfiguration
{
    public static string Write(DemoOptions options, string? clamd, string? spamd)
    {
        var state = options.StateDirectory;
        Directory.CreateDirectory(Path.Combine(state, "quarantine"));
        Directory.CreateDirectory(Path.Combine(state, "tmp"));
        var text = new StringBuilder();
        text.Append($"""
            # Made by ./run for the demonstration; written anew at each start.
            myhostname: filter.example.net
            mydomain: example.com
            MYHOME: {Quoted(state)}
            TEMPBASE: {Quoted(Path.Combine(state, "tmp"))}
            QUARANTINEDIR: {Quoted(Path.Combine(state, "quarantine"))}
            logfile: {Quoted(Path.Combine(state, "amavis.log"))}
            log_level: 1
            local_domains_maps: [[.example.com]]
            listen_sockets: [127.0.0.1:{options.SmtpPort}, 127.0.0.1:{options.SubmissionPort}, 127.0.0.1:{options.ReleasePort}]
            interface_policy: {"{"}{options.SubmissionPort}: ORIGINATING, {options.ReleasePort}: RELEASE{"}"}
            policy_bank:
              ORIGINATING: {"{"}originating: true{"}"}
              RELEASE: {"{"}protocol: AM.PDP{"}"}
            forward_method: "smtp:[127.0.0.1]:{options.NextHopPort}"
            notify_method: "smtp:[127.0.0.1]:{options.NextHopPort}"
            max_servers: 8
            child_timeout: 120
            storage_sql_dsn: [{Quoted("sqlite:" + Path.Combine(state, "amavis.db"))}]
            virus_quarantine_method: "sql:"
            banned_files_quarantine_method: "sql:"
            spam_quarantine_method: "sql:"
            bad_header_quarantine_method: "sql:"
            final_virus_destiny: D_DISCARD
            final_banned_destiny: D_DISCARD
            final_spam_destiny: D_DISCARD
            sa_tag_level_deflt: 2.0
            sa_tag2_level_deflt: 6.2
            sa_kill_level_deflt: 6.9
            sa_spam_subject_tag: "***SPAM*** "
            banned_filename_re:
              - '^\.(exe-ms|dll)$'
              - ['^\.(rpm|cpio|tar)$', 0]
              - '(?i)\.[^./]*\.(exe|vbs|pif|scr|bat|cmd|com|cpl|dll)\.?$'
              - '(?i)^application/(x-msdownload|x-msdos-program|hta)$'
              - '(?i).\.(exe|vbs|pif|scr|bat|cmd|com|cpl)$'
            metrics_listen: 127.0.0.1:{options.MetricsPort}
            web:
              listen: http://127.0.0.1:{options.ConsolePort}

            """);
        text.Append(clamd is null ? "av_scanners: []\n" : $"av_scanners:\n  - {{name: ClamAV-clamd, protocol: clamd, address: {Quoted(clamd)}}}\n");
        text.Append(spamd is null ? "spam_scanners: []\n" : $"spam_scanners:\n  - {{name: SpamAssassin, protocol: spamd, address: {Quoted(spamd)}}}\n");
        var path = Path.Combine(state, "amavis.yaml");
        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
