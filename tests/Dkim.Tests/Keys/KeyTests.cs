using System.Security.Cryptography;
using System.Text;
using Amavis.Dkim.Keys;

namespace Amavis.Dkim.Tests.Keys;

public sealed class KeyTests
{
    private static byte[] Hash(string text) => SHA256.HashData(Encoding.ASCII.GetBytes(text));

    /// <summary>RFC 8032 §7.1: secret, public, message, signature.</summary>
    [Theory]
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")]
    public void Ed25519_gives_what_its_specification_says(string secret, string key, string message, string signature)
    {
        Ed25519.PublicKeyOf(Convert.FromHexString(secret)).ShouldBe(Convert.FromHexString(key));
        Ed25519.Sign(Convert.FromHexString(secret), Convert.FromHexString(message)).ShouldBe(Convert.FromHexString(signature));
        Ed25519.Verify(Convert.FromHexString(key), Convert.FromHexString(message), Convert.FromHexString(signature)).ShouldBeTrue();
        Ed25519.Verify(Convert.FromHexString(key), [1], Convert.FromHexString(signature)).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Ed25519_keys_of_another_length_verify_nothing(int octets) => Ed25519.Verify(new byte[octets], [1], new byte[64]).ShouldBeFalse();

    [Theory]
    [InlineData("rsa")]
    [InlineData("ed25519")]
    public void A_key_is_the_same_after_writing_and_reading_it(string type)
    {
        using var made = type == "rsa" ? SigningKey.GenerateRsa(1024) : SigningKey.GenerateEd25519();
        using var read = SigningKey.TryReadPem("some words before\n" + made.ToPem(), out var fault);
        fault.ShouldBe("holds no private key in PEM form");
        read.ShouldNotBeNull();
        read.PublicKey.ShouldBe(made.PublicKey);
        read.KeyType.ShouldBe(type);
        using var key = PublicKey.TryRead(type, made.PublicKey, out _);
        key!.Verifies(Hash("a"), read.Sign(Hash("a"))).ShouldBeTrue();
        key.Verifies(Hash("b"), read.Sign(Hash("a"))).ShouldBeFalse();
    }

    [Fact]
    public void Keys_in_the_other_PEM_forms_are_read()
    {
        using var rsa = RSA.Create(1024);
        SigningKey.TryReadPem(rsa.ExportPkcs8PrivateKeyPem(), out _)!.PublicKey.ShouldBe(rsa.ExportSubjectPublicKeyInfo());
        SigningKey.TryReadPem(rsa.ExportRSAPrivateKeyPem(), out _)!.Bits.ShouldBe(1024);
        PublicKey.TryRead("rsa", rsa.ExportRSAPublicKey(), out _)!.Bits.ShouldBe(1024);
    }

    [Theory]
    [InlineData("", "holds no private key in PEM form")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "holds a private key that can't be read")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "holds a private key that can't be read")]
    [InlineData("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "holds an encrypted key; it must be usable without a pass phrase")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "holds no private key in PEM form")]
    public void What_is_no_private_key_is_named(string pem, string fault)
    {
        SigningKey.TryReadPem(pem, out var said).ShouldBeNull();
        said.ShouldBe(fault);
    }

    [Fact]
    public void Keys_of_other_algorithms_are_named()
    {
        using var ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SigningKey.TryReadPem(ec.ExportPkcs8PrivateKeyPem(), out var fault).ShouldBeNull();
        fault.ShouldContain("RSA and Ed25519 can");
    }

    [Fact]
    public void Short_keys_and_nonsense_verify_nothing()
    {
        using var rsa = RSA.Create(512);
        PublicKey.TryRead("rsa", rsa.ExportSubjectPublicKeyInfo(), out var fault).ShouldBeNull();
        fault.ShouldBe("the key is too short: 512 bits");
        PublicKey.TryRead("rsa", [1, 2, 3], out fault).ShouldBeNull();
        PublicKey.TryRead("ed25519", [1, 2, 3], out fault).ShouldBeNull();
        PublicKey.TryRead("dsa", [], out fault).ShouldBeNull();
    }

    [Fact]
    public async Task A_key_signs_for_several_at_once()
    {
        using var key = SigningKey.GenerateRsa(1024);
        using var check = PublicKey.TryRead("rsa", key.PublicKey, out _);
        var made = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => key.Sign(Hash($"{i % 4}")))));
        made.Select((signature, i) => check!.Verifies(Hash($"{i % 4}"), signature)).ShouldAllBe(good => good);
    }

    [Theory]
    [InlineData("v=DKIM1; p=YQ==", null)]
    [InlineData("p=YQ==; t=y:s; s=email:x; h=sha1:sha256", null)]
    [InlineData("v=DKIM2; p=YQ==", "the key record is of another version")]
    [InlineData("p=YQ==; v=DKIM1", "the key record is of another version")]
    [InlineData("v=DKIM1", "the key record holds no key")]
    [InlineData("v=spf1 -all", "the key record is of another version")]
    [InlineData("p=!", "the key record holds no key")]
    public void Key_records_are_read(string text, string? fault)
    {
        var record = KeyRecord.TryParse(text, out var said);
        (record is null ? said : null).ShouldBe(fault);
        if (text.Contains("t=y:s"))
            (record!.IsTest, record.IsStrict).ShouldBe((true, true));
    }

    [Theory]
    [InlineData("p=YQ==", null)]
    [InlineData("p=YQ==; k=ed25519", "the key is not for rsa-sha256")]
    [InlineData("p=YQ==; h=sha1", "the key may not be used with sha256")]
    [InlineData("p=YQ==; s=tlsrpt", "the key is not for mail")]
    [InlineData("p=", "the key was revoked")]
    public void A_key_may_be_unfit_for_a_signature(string text, string? objection) =>
        KeyRecord.TryParse(text, out _)!.Objection(SigningAlgorithm.RsaSha256).ShouldBe(objection);

    [Fact]
    public void F20_a_record_of_64_kilobytes_is_refused() => KeyRecord.TryParse("p=" + new string('A', 65000), out _).ShouldBeNull();
}
