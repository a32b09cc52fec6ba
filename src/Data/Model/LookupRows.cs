namespace Amavis.Data.Model;

/// <summary>Table <c>users</c>: a recipient key (address, <c>@domain</c>, <c>@.domain</c>, <c>@.</c>) with its policy.</summary>
public sealed class UsersRow
{
    public int Id { get; set; }

    /// <summary>0 is the lowest.</summary>
    public int Priority { get; set; } = 7;
    public int PolicyId { get; set; } = 1;

    /// <summary>Unquoted, lower case where that does not matter.</summary>
    public string Email { get; set; } = "";
    public string? Fullname { get; set; }
}

/// <summary>Table <c>mailaddr</c>: a sender key of the white and black lists.</summary>
public sealed class MailaddrRow
{
    public int Id { get; set; }
    public int Priority { get; set; } = 9;
    public string Email { get; set; } = "";
}

/// <summary>Table <c>wblist</c>: what a recipient key thinks of a sender key.</summary>
public sealed class WblistRow
{
    /// <summary><see cref="UsersRow.Id"/>.</summary>
    public int Rid { get; set; }

    /// <summary><see cref="MailaddrRow.Id"/>.</summary>
    public int Sid { get; set; }

    /// <summary>W, B, a blank (neutral) or a number (points).</summary>
    public string Wb { get; set; } = "";
}
