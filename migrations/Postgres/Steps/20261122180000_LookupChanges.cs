using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Amavis.Migrations.Postgres.Steps
{
    /// <summary>
    /// Triggers that tell the daemons when the tables of lookups change, whoever changes them. Tables that belong to somebody else
    /// are left alone: without the triggers the daemons look policies up anew for each message.
    /// </summary>
    [DbContext(typeof(AmavisDbContext))]
    [Migration("20261122180000_LookupChanges")]
    public class LookupChanges : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                CREATE OR REPLACE FUNCTION aw_lookup_changed() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM pg_notify('aw_lookup', '');
                    RETURN NULL;
                END $$;
                """);
            migrationBuilder.Sql("""
                DO $$
                DECLARE name text;
                BEGIN
                    FOREACH name IN ARRAY ARRAY['users', 'policy', 'mailaddr', 'wblist'] LOOP
                        BEGIN
                            EXECUTE format('CREATE TRIGGER aw_lookup_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION aw_lookup_changed()', name);
                        EXCEPTION WHEN insufficient_privilege OR wrong_object_type OR feature_not_supported OR undefined_table OR duplicate_object THEN
                            RAISE NOTICE 'no trigger on %: %', name, SQLERRM;
                        END;
                    END LOOP;
                END $$;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP FUNCTION IF EXISTS aw_lookup_changed() CASCADE;");
    }
}
