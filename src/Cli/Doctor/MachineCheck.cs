using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Amavis.Cli.Doctor;

/// <summary>Directories, files of keys and the clock of this machine, as far as this user can tell.</summary>
internal static class MachineCheck
{
    private const string Directories = "directories";
    private const string Files = "key files";
    private const long LeastFree = 256L << 20;

    private static readonly DateTimeOffset EarliestPossible = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan RenewalNotice = TimeSpan.FromDays(14);

    public static void Run(Examination examination)
    {
        var settings = examination.Settings;
        foreach (var (name, path) in new[] { ("MYHOME", settings.MyHome), ("TEMPBASE", settings.TempBase), ("QUARANTINEDIR", settings.QuarantineDir) }.DistinctBy(d => d.Item2))
            CheckDirectory(examination, name, path);
        foreach (var key in settings.DkimKeys)
            CheckSecret(examination, key.File);
        if (settings.SmtpdTls.CertFile is { } certificate)
            CheckCertificate(examination, certificate, settings.SmtpdTls.KeyFile);
        var now = examination.Clock.GetUtcNow();
        examination.Add(now < EarliestPossible
            ? Finding.Broken("clock", "this machine", FormattableString.Invariant($"it says {now:yyyy-MM-dd HH:mm} UTC, which is past"), "set the clock, and keep it right with chrony or systemd-timesyncd")
            : Finding.Good("clock", "this machine", FormattableString.Invariant($"{now:yyyy-MM-dd HH:mm:ss} UTC")));
    }

    private static void CheckDirectory(Examination examination, string name, string? path)
    {
        if (string.IsNullOrEmpty(path))
        {
            examination.Add(Finding.Note(Directories, name, "is not set: copies for files can't be kept"));
            return;
        }
        var subject = $"{name} {path}";
        if (!Directory.Exists(path))
        {
            examination.Add(Finding.Broken(Directories, subject, "does not exist", $"make it for the daemon's user: install -d -m 0750 -o amavis -g amavis {path}"));
            return;
        }
        if (File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherWrite))
        {
            examination.Add(Finding.Broken(Directories, subject, "everybody may write there", $"chmod o-w {path}"));
            return;
        }
        var free = new DriveInfo(path).AvailableFreeSpace;
        if (free < LeastFree)
            examination.Add(Finding.Broken(Directories, subject, FormattableString.Invariant($"only {free >> 20} MiB are free"), "make room: mail is tempfailed when the disk is full"));
        else
            examination.Add(Writable(path) is { } fault
                ? Finding.Note(Directories, subject, $"user {Environment.UserName} can't write there: {fault}", "run this command as the daemon's user to be sure about it")
                : Finding.Good(Directories, subject, FormattableString.Invariant($"can be written, {free >> 20} MiB free")));
    }

    /// <summary>Why a file can't be made there by this user; null: it can.</summary>
    private static string? Writable(string directory)
    {
        var path = Path.Combine(directory, ".amavis-doctor-" + Guid.NewGuid().ToString("N"));
        try
        {
            using (new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose }))
                return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private static void CheckSecret(Examination examination, string path)
    {
        if (!File.Exists(path))
            examination.Add(Finding.Broken(Files, path, "does not exist, or may not be seen by this user", "make it with \"amavis dkim genrsa\", or correct dkim_keys"));
        else if (File.GetUnixFileMode(path) is var mode && (mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite)) != 0)
            examination.Add(Finding.Broken(Files, path, "others than its owner and group may read or change it", $"chmod 0640 {path}"));
        else
            examination.Add(Finding.Good(Files, path, "is there, and nobody's business"));
    }

    private static void CheckCertificate(Examination examination, string path, string? keyFile)
    {
        try
        {
            using var certificate = X509Certificate2.CreateFromPemFile(path, keyFile);
            var left = certificate.NotAfter.ToUniversalTime() - examination.Clock.GetUtcNow().UtcDateTime;
            var until = FormattableString.Invariant($"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}");
            examination.Add(left <= TimeSpan.Zero ? Finding.Broken(Files, path, $"the certificate ended on {until}", "renew it")
                : left <= RenewalNotice ? Finding.Note(Files, path, $"the certificate ends on {until}", "renew it")
                : Finding.Good(Files, path, $"certificate and key fit together, until {until}"));
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            examination.Add(Finding.Broken(Files, path, e.Message, "correct smtpd_tls_cert_file and smtpd_tls_key_file, or who may read them"));
        }
    }
}
