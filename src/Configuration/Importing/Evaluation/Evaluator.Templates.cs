using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>Translated texts of notices, which stand in files of a directory.</summary>
internal sealed partial class Evaluator
{
    private static readonly (string File, string Variable)[] TemplateFiles =
    [
        ("template-dsn.txt", "notify_sender_templ"),
        ("template-virus-sender.txt", "notify_virus_sender_templ"),
        ("template-virus-admin.txt", "notify_virus_admin_templ"),
        ("template-virus-recipient.txt", "notify_virus_recips_templ"),
        ("template-spam-sender.txt", "notify_spam_sender_templ"),
        ("template-spam-admin.txt", "notify_spam_admin_templ"),
        ("template-release-quarantine.txt", "notify_release_templ"),
        ("template-problem-feedback.txt", "notify_report_templ"),
        ("template-auto-response.txt", "notify_autoresp_templ"),
    ];

    /// <summary><c>read_l10n_templates(directory)</c>, or <c>(language, directory)</c>. English texts are built in and stay so.</summary>
    private PerlValue ReadTemplates(Expression.Call call)
    {
        var names = List(call.Arguments).Select(i => i.Value).ToList();
        if (names.Count is 0 or > 2 || names.Any(n => n.Printed is null))
            return Unknown("read_l10n_templates needs the name of a directory");
        var language = names[0].Printed!;
        var directory = names.Count == 2 ? Path.Combine(names[1].Printed!, language) : language;
        if (Path.GetFileName(directory).StartsWith("en", StringComparison.Ordinal))
        {
            _statement.Note("the English texts are built in; the files are not read");
            return Bool(true);
        }
        var found = 0;
        foreach (var (file, variable) in TemplateFiles)
        {
            var path = Path.Combine(directory, file);
            if (!File.Exists(path))
                continue;
            found++;
            var text = ImportFile.Read(path, out var reason);
            StoreScalar(variable, Item(text is null ? Unknown($"{path} {reason}") : new PerlValue.Text(text), call.At));
        }
        if (found == 0)
            return Unknown($"{directory} holds no texts of notices that could be read");
        _statement.Note($"{found} texts were read from {directory}");
        return Bool(true);
    }
}
