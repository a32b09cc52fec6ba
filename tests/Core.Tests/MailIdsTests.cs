using Amavis.Core.Storage;

namespace Amavis.Core.Tests;

public sealed class MailIdsTests
{
    [Theory]
    [InlineData("pufTtG_frwve", "AAECAwQFBgcI")]
    [InlineData("iqmbH0Of9xKT", "YWJjZGVmZ2hp")]
    [InlineData("UKc9cBPpgD47IIiP", "AAECAwQFBgcICQoL")]
    [InlineData("9PPbotgbUcit", "AAECAwQFBgcI")]
    public void Known_pairs_are_recognised(string mailId, string secretId) => MailIds.Verify(mailId, secretId).ShouldBeTrue();

    /// <summary>Pairs amavisd-new stored.</summary>
    [Theory]
    [InlineData("vzPjILMIYNXv", "G3Nd7nFtcdTm")]
    [InlineData("gct2CK6--HOW", "cbexb-WjpfMC")]
    [InlineData("DmJPZzIxqQvh", "2H3SjmAw7R-U")]
    [InlineData("LTkQdj9yF38g", "rAfO3_gLnrJa")]
    public void Pairs_of_an_existing_database_are_recognised(string mailId, string secretId) => MailIds.Verify(mailId, secretId).ShouldBeTrue();

    [Theory]
    [InlineData("pufTtG_frwve", "AAECAwQFBgcJ")]
    [InlineData("pufTtG_frwvf", "AAECAwQFBgcI")]
    [InlineData("puftTG_frwve", "AAECAwQFBgcI")]
    [InlineData("pufTtG_frwve", "")]
    [InlineData("", "AAECAwQFBgcI")]
    [InlineData("", "")]
    [InlineData("pufTtG_frwve", "not base64!")]
    [InlineData("pufTtG_frwve", "AAECAwQFBgcI AAECAwQFBgcI AAECAwQFBgcI AAECAwQFBgcI AAECAwQFBgcI AAECAwQFBgcI")]
    public void Other_pairs_are_refused(string mailId, string secretId) => MailIds.Verify(mailId, secretId).ShouldBeFalse();

    [Theory]
    [InlineData(24)]
    [InlineData(48)]
    [InlineData(72)]
    [InlineData(96)]
    [InlineData(120)]
    public void Fresh_pairs_have_the_size_asked_for_and_belong_together(int bits)
    {
        for (var i = 0; i < 200; i++)
        {
            var (mailId, secretId) = MailIds.Create(bits);
            mailId.Length.ShouldBe(bits / 6);
            secretId.Length.ShouldBe(bits / 6);
            mailId.ShouldAllBe(c => char.IsAsciiLetterOrDigit(c) || c == '-' || c == '_');
            char.IsAsciiLetterOrDigit(mailId[0]).ShouldBeTrue();
            char.IsAsciiLetterOrDigit(mailId[^1]).ShouldBeTrue();
            MailIds.Verify(mailId, secretId).ShouldBeTrue();
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12)]
    [InlineData(100)]
    [InlineData(144)]
    public void Other_sizes_are_refused(int bits) => Should.Throw<ArgumentOutOfRangeException>(() => MailIds.Create(bits));
}
