using System.Diagnostics;
using Amavis.Core.Parts;
using Amavis.Decoding.Limits;
using Amavis.Testing;

namespace Amavis.Decoding.Tests.Helpers;

/// <summary>Programs that unpack what we have no reader for, played by scripts: what they do to us, and what becomes of their files.</summary>
public sealed class HelperTests : IDisposable
{
    private const string SevenZipMagic = "7z\u00bc\u00af\u0027\u001c";

    private readonly TestDirectory _programs = new();

    public void Dispose() => _programs.Dispose();

    /// <summary>Unpacks a 7-zip archive with a program 7zz that does this in the directory for the members ($A: the archive).</summary>
    private Unpacked Unpack(string lines, UnpackLimits? limits = null, string content = "rest")
    {
        Program("7zz", "for A; do :; done\n" + lines);
        return Mails.UnpackFile("a.7z", Octets.Of(SevenZipMagic + content), (limits ?? new UnpackLimits()) with { ProgramPath = _programs.Path + ":/usr/bin:/bin" });
    }

    private void Program(string name, string lines)
    {
        var path = _programs.FilePath(name);
        File.WriteAllText(path, "#!/bin/sh\n" + lines + "\n");
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
    }

    private static string[] MembersOf(Unpacked unpacked) => [.. unpacked.Members.Select(m => string.Join('|', m.Names)).Order(StringComparer.Ordinal)];

    [Fact]
    public void Files_become_parts_under_their_names()
    {
        using var unpacked = Unpack("mkdir sub; echo one >a.txt; echo two >sub/b.exe; : >empty");

        MembersOf(unpacked).ShouldBe(["a.txt", "empty", "sub", "sub/b.exe|b.exe"]);
        unpacked.Members.Single(m => m.Names.Contains("b.exe")).ShouldSatisfyAllConditions(m => Unpacked.Text(m).ShouldBe("two\n"), m => m.ShortTypes.ShouldBe(["asc"]));
        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
        unpacked.Members.Single(m => m.Names[0] == "sub").Attributes.ShouldBe(PartAttributes.Directory);
    }

    [Fact]
    public void The_program_gets_the_archive_under_a_name_of_ours()
    {
        using var unpacked = Unpack("basename \"$A\" >name; cat \"$A\" >copy; pwd >where");

        Unpacked.Text(unpacked.Members.Single(m => m.Names[0] == "name")).ShouldBe("archive\n");
        Unpacked.Read(unpacked.Members.Single(m => m.Names[0] == "copy")).ShouldBe(Octets.Of(SevenZipMagic + "rest"));
        Unpacked.Text(unpacked.Members.Single(m => m.Names[0] == "where")).Trim().ShouldStartWith(unpacked.WorkDirectory);
    }

    [Fact]
    public void Links_and_special_files_are_recorded_and_never_opened()
    {
        var secret = _programs.FilePath("secret");
        File.WriteAllText(secret, "secret");
        using var unpacked = Unpack($"ln -s {secret} link; ln -s {_programs.Path} dirlink; mkfifo pipe; echo x >file");

        unpacked.Members.Single(m => m.Names[0] == "link").Attributes.ShouldBe(PartAttributes.Link);
        unpacked.Members.Single(m => m.Names[0] == "dirlink").Attributes.ShouldBe(PartAttributes.Link);
        unpacked.Members.ShouldNotContain(m => m.Content != null && m.Size > 0 && Unpacked.Text(m) == "secret");
        unpacked.Members.Single(m => m.Names[0] == "pipe").Attributes.ShouldBe(PartAttributes.Special);
    }

    [Fact]
    public void Members_whose_names_are_no_text_are_read()
    {
        using var unpacked = Unpack("printf x >\"$(printf '\\377\\376.exe')\"; printf y >-rf; printf z >'a b'");

        unpacked.Members.Select(Unpacked.Text).Order(StringComparer.Ordinal).ShouldBe(["x", "y", "z"]);
        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
    }

    [Fact]
    public void Members_without_rights_are_read_and_removed_all_the_same()
    {
        var unpacked = Unpack("mkdir d; echo x >d/f; chmod 000 d/f d");
        Unpacked.Text(unpacked.Members.Single(m => m.Names.Contains("f"))).ShouldBe("x\n");

        unpacked.Dispose();

        Path.Exists(unpacked.WorkDirectory).ShouldBeFalse();
    }

    [Theory]
    [InlineData("exit 2")]
    [InlineData("echo x >a; exit 2")]
    [InlineData("kill -9 $$")]
    [InlineData("exit 0")]
    public void What_is_not_unpacked_in_full_is_marked(string lines)
    {
        using var unpacked = Unpack(lines);

        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
        unpacked[2].IsUnpacked.ShouldBeFalse();
    }

    [Fact]
    public void Encrypted_members_are_named_without_their_octets()
    {
        using var unpacked = Unpack("echo clear >a.txt; echo garbage >b.exe; echo 'ERROR: Data Error in encrypted file. Wrong password? : b.exe' >&2; exit 2");

        unpacked.Members.Single(m => m.Names[0] == "b.exe").ShouldSatisfyAllConditions(
            m => m.Attributes.ShouldBe(PartAttributes.Undecipherable | PartAttributes.Encrypted), m => m.Content.ShouldBeNull());
        Unpacked.Text(unpacked.Members.Single(m => m.Names[0] == "a.txt")).ShouldBe("clear\n");
    }

    [Fact]
    public void An_encrypted_list_of_members_marks_the_archive()
    {
        using var unpacked = Unpack("echo 'ERROR: archive : Cannot open encrypted archive. Wrong password?' >&2; exit 2");

        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable | PartAttributes.Encrypted);
    }

    [Fact]
    public void F11_a_program_that_hangs_is_ended_and_the_archive_marked()
    {
        var started = Stopwatch.GetTimestamp();
        using var unpacked = Unpack("echo x >a; sleep 300", new UnpackLimits { HelperTime = TimeSpan.FromSeconds(2) });

        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
        Directory.GetDirectories(unpacked.WorkDirectory).ShouldBeEmpty();
    }

    [Fact]
    public void F11_no_further_program_is_run_when_their_time_is_used_up()
    {
        var log = _programs.FilePath("log");
        Program("7zz", $"echo run >>{log}; sleep 300");
        var archive = Octets.Of(SevenZipMagic);
        using var unpacked = Mails.Unpack(
            Mails.With(("a.7z", archive), ("b.7z", [.. archive, 1]), ("c.7z", [.. archive, 2])),
            new UnpackLimits { ProgramPath = _programs.Path + ":/usr/bin:/bin", HelperTime = TimeSpan.FromSeconds(2) });

        File.ReadAllLines(log).ShouldHaveSingleItem();
        unpacked.Tree.Parts.Count(p => p.Attributes.HasFlag(PartAttributes.Undecipherable)).ShouldBe(3);
    }

    [Fact]
    public void A_bomb_of_one_file_is_held()
    {
        using var unpacked = Unpack("head -c 100000000 /dev/zero >big", new UnpackLimits { MinExpansionQuota = 1 << 20, MaxExpansionFactor = 1, MinExpansionFactor = 1 });

        unpacked.Tree.Hold.ShouldNotBeNull().ShouldStartWith("Exceeded storage quota");
        unpacked.Tree.OverLimits.ShouldBeTrue();
    }

    [Fact]
    public void A_bomb_of_many_files_is_held_while_it_grows()
    {
        var started = Stopwatch.GetTimestamp();
        using var unpacked = Unpack(
            "i=0; while :; do i=$((i+1)); head -c 500000 /dev/zero >f$i; sleep 0.01; done", new UnpackLimits { MinExpansionQuota = 1 << 20, MaxExpansionFactor = 1, MinExpansionFactor = 1 });

        unpacked.Tree.Hold.ShouldNotBeNull().ShouldStartWith("Exceeded storage quota");
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(14));
    }

    [Fact]
    public void Too_many_members_are_held()
    {
        using var unpacked = Unpack("for i in 1 2 3 4 5 6 7 8 9; do : >f$i; done", new UnpackLimits { MaxFiles = 5 });

        unpacked.Tree.Hold.ShouldBe("Maximum number of files (5) exceeded");
    }

    [Fact]
    public void A_program_has_no_network_and_no_further_rights()
    {
        using var unpacked = Unpack("cat /proc/net/dev >net; grep NoNewPrivs /proc/self/status >rights; ulimit -c >core; env >env");

        Unpacked.Text(unpacked.Members.Single(m => m.Names[0] == "rights")).ShouldContain("1");
        Unpacked.Text(unpacked.Members.Single(m => m.Names[0] == "core")).ShouldBe("0\n");
        Unpacked.Text(unpacked.Members.Single(m => m.Names[0] == "env")).Split('\n').Select(l => l.Split('=')[0]).ShouldBeSubsetOf(["PATH", "HOME", "LC_ALL", "PWD", "OLDPWD", "SHLVL", "_", ""]);
        if (CanSeparate())
            Unpacked.Text(unpacked.Members.Single(m => m.Names[0] == "net")).Split('\n').Count(l => l.Contains(':')).ShouldBe(1);
    }

    [Fact]
    public void A_compressed_file_is_given_on_standard_input_and_named_by_its_suffix()
    {
        Program("xz", "tail -c 7; echo ' more'");
        using var unpacked = Mails.UnpackFile("report.tar.xz", Octets.Of("\u00fd7zXZ\0content"), new UnpackLimits { ProgramPath = _programs.Path + ":/usr/bin:/bin" });

        unpacked.Members.ShouldHaveSingleItem().Names.ShouldBe(["report.tar"]);
        Unpacked.Text(unpacked.Members[0]).ShouldBe("content more\n");
    }

    [Fact]
    public void A_compressed_bomb_is_held()
    {
        Program("xz", "cat /dev/zero");
        using var unpacked = Mails.UnpackFile("a.xz", Octets.Of("\u00fd7zXZ\0"), new UnpackLimits
        {
            ProgramPath = _programs.Path + ":/usr/bin:/bin", MinExpansionQuota = 1 << 20, MaxExpansionFactor = 1, MinExpansionFactor = 1,
        });

        unpacked.Tree.Hold.ShouldNotBeNull().ShouldStartWith("Exceeded storage quota");
    }

    [Fact]
    public void Without_a_program_the_archive_is_marked()
    {
        using var unpacked = Mails.UnpackFile("a.7z", Octets.Of(SevenZipMagic), new UnpackLimits { ProgramPath = "/nowhere" });

        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
    }

    private static bool CanSeparate()
    {
        using var trial = Process.Start(new ProcessStartInfo("/usr/bin/unshare", ["--user", "--map-current-user", "--net", "/usr/bin/true"]) { RedirectStandardError = true });
        trial!.WaitForExit();
        return trial.ExitCode == 0;
    }
}
