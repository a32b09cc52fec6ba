using Amavis.Dkim.Keys;
using Amavis.Protocols.AmPdp;
using Amavis.Testing;

namespace Amavis.Cli.Tests;

public sealed class DkimCommandTests : AmavisProcess
{
    private string Key(string name, SigningKey key)
    {
        using (key)
            return Write(name, key.ToPem());
    }

    private string Config(params string[] keys) =>
        Write("a.yaml", $"myhostname: mx.example.com\ndkim_keys:\n{string.Concat(keys.Select(k => $"  - {{{k}}}\n"))}");

    [Fact]
    public async Task A_new_key_is_for_its_owner_only_and_never_written_over_another()
    {
        var file = Path.Combine(Root, "new.pem");
        var run = await RunAsync("dkim", "genrsa", file);
        (run.ExitCode, run.Output).ShouldBe((0, ""));
        run.Error.ShouldContain("2048 bits");
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var pem = await File.ReadAllTextAsync(file);
        pem.ShouldStartWith("-----BEGIN RSA PRIVATE KEY-----");

        var again = await RunAsync("dkim", "genrsa", file, "1024");
        again.ExitCode.ShouldBe(1);
        again.Error.ShouldContain("exists already");
        (await File.ReadAllTextAsync(file)).ShouldBe(pem);
    }

    [Theory]
    [InlineData(new[] { "genrsa", "k.pem", "1024" }, "rsa", 1024)]
    [InlineData(new[] { "genrsa", "k.pem", "512" }, "rsa", 512)]
    [InlineData(new[] { "genkey", "k.pem", "3072" }, "rsa", 3072)]
    [InlineData(new[] { "genkey", "--type", "ed25519", "k.pem" }, "ed25519", 256)]
    public async Task Keys_have_the_type_and_length_asked_for(string[] arguments, string type, int bits)
    {
        var run = await RunAsync(["dkim", .. arguments, "--json"]);
        run.ExitCode.ShouldBe(0, run.Error);
        using var key = SigningKey.TryReadPem(await File.ReadAllTextAsync(Path.Combine(Root, "k.pem")), out _).ShouldNotBeNull();
        (key.KeyType, key.Bits).ShouldBe((type, bits));
        (run.Json["type"]!.GetValue<string>(), run.Json["bits"]!.GetValue<int>()).ShouldBe((type, bits));
    }

    [Theory]
    [InlineData("genrsa", "k.pem", "511")]
    [InlineData("genrsa", "k.pem", "4097")]
    [InlineData("genrsa", "k.pem", "1025")]
    [InlineData("genrsa", "k.pem", "many")]
    [InlineData("genkey", "k.pem", "--type", "dsa")]
    [InlineData("genkey", "k.pem", "2048", "--type", "ed25519")]
    [InlineData("genrsa")]
    public async Task What_makes_no_sense_is_wrong_usage_and_makes_no_file(params string[] arguments)
    {
        (await RunAsync(["dkim", .. arguments])).ExitCode.ShouldBe(2);
        File.Exists(Path.Combine(Root, "k.pem")).ShouldBeFalse();
    }

    [Fact]
    public async Task Records_stand_in_the_layout_of_zone_files()
    {
        using var key = SigningKey.GenerateRsa(1024);
        var file = Write("k.pem", key.ToPem());
        var packed = Convert.ToBase64String(key.PublicKey);
        var run = await RunAsync("dkim", "showkeys", "--config", Config($"domain: example.com, selector: s1, key: {file}, n: \"a note; here\", t: s"));
        run.ExitCode.ShouldBe(0);
        var strings = packed.Chunk(64).Select(c => $"  \"{new string(c)}\"");
        run.Output.ShouldBe(
            $"; key#1 1024 bits, s=s1, d=example.com, {file}\ns1._domainkey.example.com.\t3600 TXT (\n  \"v=DKIM1; t=s; n=a note=3B here; p=\"\n{string.Join('\n', strings)})\n\n");
    }

    [Fact]
    public async Task Keys_of_other_kinds_and_of_patterns_say_so()
    {
        var ed = Key("ed.pem", SigningKey.GenerateEd25519());
        var run = await RunAsync("dkim", "showkeys", "--config", Config($"domain: \"*.example.net\", selector: e, key: {ed}"));
        run.Output.ShouldContain("\"v=DKIM1; k=ed25519; p=\"");
        run.Output.ShouldContain("; this is a pattern of domains");
    }

    [Fact]
    public async Task Chosen_domains_are_sorted_from_the_top_level_on()
    {
        var key = Key("k.pem", SigningKey.GenerateRsa(1024));
        var config = Config(
            $"domain: b.example.com, selector: s, key: {key}", $"domain: other.example, selector: s, key: {key}",
            $"domain: example.com, selector: s, key: {key}", $"domain: a.example.com, selector: s, key: {key}");
        async Task<string[]> Shown(params string[] domains) =>
            [.. (await RunAsync(["dkim", "showkeys", .. domains, "--config", config, "--json"])).Json.AsArray().Select(k => k!["domain"]!.GetValue<string>())];
        (await Shown()).ShouldBe(["b.example.com", "other.example", "example.com", "a.example.com"]);
        (await Shown("EXAMPLE.com")).ShouldBe(["example.com"]);
        (await Shown(".example.com", "other.example")).ShouldBe(["example.com", "a.example.com", "b.example.com", "other.example"]);
        (await RunAsync("dkim", "showkeys", "none.example", "--config", config)).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task Keys_are_compared_with_what_the_configured_servers_say()
    {
        await using var dns = new DnsServer();
        using var good = SigningKey.GenerateRsa(1024);
        using var other = SigningKey.GenerateRsa(1024);
        using var ed = SigningKey.GenerateEd25519();
        var (rsaFile, edFile) = (Write("rsa.pem", good.ToPem()), Write("ed.pem", ed.ToPem()));
        dns.AddText("good._domainkey.example.com", "v=DKIM1; p=" + Convert.ToBase64String(good.PublicKey));
        dns.AddText("ed._domainkey.example.com", "v=DKIM1; k=ed25519; p=" + Convert.ToBase64String(ed.PublicKey));
        dns.AddText("old._domainkey.example.com", "v=DKIM1; p=" + Convert.ToBase64String(other.PublicKey));
        var config = Config(
            $"domain: example.com, selector: good, key: {rsaFile}", $"domain: example.com, selector: ed, key: {edFile}",
            $"domain: example.com, selector: old, key: {rsaFile}", $"domain: example.com, selector: none, key: {rsaFile}");
        await File.AppendAllTextAsync(config, $"dns_servers: \"{dns.EndPoint}\"\n");
        var run = await RunAsync("dkim", "testkeys", "--config", config);
        run.Lines.ShouldBe([
            "TESTING#1 example.com: good._domainkey.example.com => pass",
            "TESTING#2 example.com: ed._domainkey.example.com => pass",
            "TESTING#3 example.com: old._domainkey.example.com => fail (the DNS has another key)",
            "TESTING#4 example.com: none._domainkey.example.com => permerror (there is no key)",
        ]);
        run.ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task The_signing_service_answers_filters_at_its_socket()
    {
        var socket = Path.Combine(Root, "sign.sock");
        var config = Config($"domain: example.com, selector: s1, key: {Key("k.pem", SigningKey.GenerateRsa(1024))}");
        using var service = Start("dkim", "serve", "--listen", socket, "--config", config);
        (await service.StandardError.ReadLineAsync()).ShouldNotBeNull().ShouldContain("signing service ready");
        AmPdpEndpoint.TryParse(socket, out var endpoint).ShouldBeTrue();
        await using (var client = await AmPdpClient.ConnectAsync(endpoint!, TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None))
        {
            var answer = await client.ExchangeAsync([new("request", "choose_key"), new("candidate", "From <a@example.com>"), new("request_id", "1")], CancellationToken.None);
            (answer.Value("sig.d"), answer.Value("sig.s"), answer.Value("chosen_candidate")).ShouldBe(("example.com", "s1", "From <a@example.com>"));
            answer = await client.ExchangeAsync([new("request", "none")], CancellationToken.None);
            answer.Value("reason").ShouldBe("unknown request type");
        }
        service.Kill();
        await service.WaitForExitAsync();
    }
}
