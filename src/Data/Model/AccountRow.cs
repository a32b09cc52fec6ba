namespace Amavis.Data.Model;

/// <summary>Our table <c>aw_account</c>: who may sign in to the console, and what for. Times are stored as Unix milliseconds.</summary>
public sealed class AccountRow
{
    public int Id { get; set; }
    public string UserName { get; set; } = "";

    /// <summary>Unique; what sign-in looks for.</summary>
    public string NormalizedName { get; set; } = "";

    /// <summary>Where the account itself can be reached; null when not known.</summary>
    public string? Email { get; set; }
    public string? PasswordHash { get; set; }

    /// <summary>Name of the role.</summary>
    public string Role { get; set; } = "user";

    /// <summary>Mail addresses this account owns, one a line.</summary>
    public string Addresses { get; set; } = "";

    /// <summary>Domains this account manages, one a line.</summary>
    public string Domains { get; set; } = "";

    /// <summary>Changes whenever a credential does; open sessions with an older one end.</summary>
    public string SecurityStamp { get; set; } = "";

    /// <summary>Changes with every update of the row; guards against two editors.</summary>
    public string ConcurrencyStamp { get; set; } = "";

    /// <summary>Shared secret of the one-time codes (RFC 6238), protected; null when none is set up.</summary>
    public string? TotpKey { get; set; }
    public bool TwoFactorEnabled { get; set; }

    /// <summary>Hashes of the unused recovery codes, one a line.</summary>
    public string RecoveryCodes { get; set; } = "";

    public int AccessFailedCount { get; set; }
    public bool LockoutEnabled { get; set; } = true;
    public DateTimeOffset? LockoutEnd { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? LastSignInAt { get; set; }
    public bool Disabled { get; set; }

    /// <summary>The owner's choices in the console (language, theme, columns) as JSON; null: all defaults.</summary>
    public string? Preferences { get; set; }
}
