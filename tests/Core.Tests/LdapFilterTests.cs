using System.Text;
using Amavis.Core.Lookups.Databases;

namespace Amavis.Core.Tests;

public sealed class LdapFilterTests
{
    private static string Describe(LdapFilter? filter) => filter switch
    {
        LdapFilter.And and => $"and({string.Join(' ', and.Parts.Select(Describe))})",
        LdapFilter.Or or => $"or({string.Join(' ', or.Parts.Select(Describe))})",
        LdapFilter.Not not => $"not({Describe(not.Part)})",
        LdapFilter.Present present => $"{present.Attribute}:present",
        LdapFilter.Compare compare => $"{compare.Attribute}:{compare.Relation}:{Encoding.UTF8.GetString(compare.Value)}",
        LdapFilter.Substrings s => $"{s.Attribute}:{Text(s.Initial)}*{string.Concat(s.Any.Select(a => Text(a) + "*"))}{Text(s.Final)}",
        LdapFilter.AnyKey key => $"{key.Attribute}:KEYS",
        _ => "",
    };

    private static string Text(byte[]? octets) => octets is null ? "" : Encoding.UTF8.GetString(octets);

    [Theory]
    [InlineData("(&(objectClass=amavisAccount)(mail=%m))", "and(objectClass:3:amavisAccount mail:KEYS)")]
    [InlineData(" ( & (objectClass=a b) (|(mail=%m)(mailAlternateAddress=%m)) (!(disabled=TRUE)) )", "and(objectClass:3:a b or(mail:KEYS mailAlternateAddress:KEYS) not(disabled:3:TRUE))")]
    [InlineData(@"(cn=a\2a\28\c3\bc)", "cn:3:a*(\u00fc")]
    [InlineData("(cn=*)", "cn:present")]
    [InlineData("(cn=x*y*z)", "cn:x*y*z")]
    [InlineData("(cn=*y*)", "cn:*y*")]
    [InlineData("(n>=5)", "n:5:5")]
    [InlineData("(n<=5)", "n:6:5")]
    [InlineData("(n~=5)", "n:8:5")]
    [InlineData("(&)", "and()")]
    public void Filters_are_read(string text, string expected)
    {
        LdapFilter.TryParse(text, out var filter, out var fault).ShouldBeTrue(fault);
        Describe(filter).ShouldBe(expected);
    }

    [Theory]
    [InlineData("mail=%m")]
    [InlineData("(mail=%m")]
    [InlineData("(mail=%m))")]
    [InlineData("(mail)")]
    [InlineData("(=x)")]
    [InlineData("(!(a=b)(c=d))")]
    [InlineData(@"(mail=\2)")]
    [InlineData("(mail>=%m)")]
    [InlineData("")]
    public void Faulty_filters_are_told(string text)
    {
        LdapFilter.TryParse(text, out _, out var fault).ShouldBeFalse();
        fault.ShouldStartWith("the filter ");
    }
}
